/**
 * The same table while executions run through their lives: two requests are sent again and again by two users, and every answer must be
 * one that the table has for some state between sending and answering (execution §7.0, rest §5.5–5.6; I1, I2, I10, I11, I15).
 */
import type { Execution } from '@laneway/model';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { smallWorkflow } from '../acceptance/dumps.ts';
import { eventProblems } from '../support/test-engine.ts';
import { startApiServer, type Actor, type ApiServer } from './support/api-server.ts';
import { commands, sendCommand, verdictOf, type CommandName, type RunSelector } from './support/commands.ts';
import { allowed } from './support/judge.ts';
import { Random } from './support/random.ts';

const seed = Number(process.env['LANEWAY_TEST_SEED'] ?? 20_261_125);
/** How often each pair of commands meets; there are 28 pairs. */
const rounds = Number(process.env['LANEWAY_TEST_RACES'] ?? 4);
const sendsPerUser = 10;
const atOnce = 4;

const pairs = commands.flatMap((first, index) => commands.slice(index).map((second) => [first, second] as const));

const dump = smallWorkflow({
  image: 'test/puppet',
  itemType: 'number',
  lanes: [[['one'], ['two']], [['three']]],
  batchSize: 2,
  maxRetries: 1,
});

for (const [database, share] of [
  ['sqlite', 1],
  ['postgres', 0.25],
] as const) {
  describe(`racing requests on ${database}`, { timeout: 120_000 }, () => {
    let api: ApiServer;
    let users: readonly [Actor, Actor];
    const answers: Record<string, number> = {};

    beforeAll(async () => {
      api = await startApiServer({ database });
      users = [api.admin, await api.actor('manager', ['view', 'schedule', 'manage'])];
    });
    afterAll(async () => {
      console.log(`racing on ${database}, seed ${seed}: ${JSON.stringify(answers)}`);
      await api.close();
    });

    test('every answer fits a state of its time, and the end fits what was accepted', async () => {
      const count = Math.max(1, Math.round(rounds * share));
      const races = Array.from({ length: count }, () => pairs).flat();
      const queue = races.map((pair, index) => ({ pair, seed: seed + index }));
      const worker = async (): Promise<void> => {
        for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
          const race = new Race(api, users, next.seed);
          const problems = await race.run(next.pair);
          expect({ seed: next.seed, pair: next.pair, problems }).toEqual({ seed: next.seed, pair: next.pair, problems: [] });
          for (const verdict of race.verdicts) answers[verdict] = (answers[verdict] ?? 0) + 1;
        }
      };
      await Promise.all(Array.from({ length: atOnce }, worker));
      if (count === rounds) expect(races.length).toBeGreaterThanOrEqual(100);
    });
  });
}

interface Sent {
  readonly command: CommandName;
  readonly run: RunSelector;
  readonly by: string;
  /** Versions of the execution that it may have met; null: it may have been deleted before the answer. */
  readonly from: number;
  readonly to: number | null;
  readonly verdict: string;
}

class Race {
  readonly verdicts: string[] = [];
  readonly #api: ApiServer;
  readonly #users: readonly [Actor, Actor];
  readonly #random: Random;
  readonly #sent: Sent[] = [];
  #id = '';

  constructor(api: ApiServer, users: readonly [Actor, Actor], raceSeed: number) {
    this.#api = api;
    this.#users = users;
    this.#random = new Random(raceSeed);
  }

  async run(pair: readonly [CommandName, CommandName]): Promise<readonly string[]> {
    const api = this.#api;
    // Pauses come to rest, cancels abort, and some executions fail in the first lane, in the second one or never.
    api.puppets.standard = 'go';
    this.#id = await api.schedule(dump, { input: [1, 2, 3, 4] }, { as: this.#random.pick(this.#users) });
    const behaviour = this.#random.pick(['go', 'fail', 'hold'] as const);
    api.puppets.set(this.#id, behaviour);
    const life = new AbortController();
    const living = this.#live(life.signal);
    await this.#moment();
    await Promise.all(pair.map(async (command, index) => await this.#insist(command, this.#users[index as 0 | 1])));
    life.abort();
    await living;
    return await this.#finish();
  }

  /** When the requests begin: at once, in the middle, shortly before the end, or after it. */
  async #moment(): Promise<void> {
    const begin = this.#random.pick(['at once', 'active', 'stopping', 'failed or finished', 'failed or finished'] as const);
    if (begin === 'at once') return;
    const ended = ['finished', 'failed'];
    await this.#api.until(this.#id, ({ status }) => ended.includes(status) || status === begin);
  }

  /** Sends the command again and again, whatever the other one makes of the execution meanwhile. */
  async #insist(command: CommandName, as: Actor): Promise<void> {
    for (let times = 0; times < sendsPerUser; times += 1) {
      const run = { laneIndex: 1 + this.#random.below(2), laneRunNumber: 1 + this.#random.below(3) };
      if ((await this.#send(command, as, run)) === 'notFound' && (await this.#api.version(this.#id)) === null) return;
      if (this.#random.next() < 0.7) {
        await this.#api.engine.executions.waitForChange(this.#id, 1 + this.#random.below(25), AbortSignal.timeout(1000));
      }
    }
  }

  async #send(command: CommandName, as: Actor, run: RunSelector): Promise<string> {
    const from = (await this.#api.version(this.#id)) ?? Number.POSITIVE_INFINITY;
    const verdict = verdictOf(await sendCommand(this.#api, command, this.#id, { as, run }));
    const to = await this.#api.version(this.#id);
    this.#sent.push({ command, run, by: as.userId, from, to, verdict });
    this.verdicts.push(`${command} ${verdict}`);
    return verdict;
  }

  /** Jobs end one after the other, this way or that, so that every race has a life of its own. */
  async #live(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#api.puppets.endOne(this.#id, this.#random.next() < 0.3 ? 'fail' : 'go');
      await this.#api.engine.executions.waitForChange(
        this.#id,
        1 + this.#random.below(15),
        AbortSignal.any([signal, AbortSignal.timeout(1000)]),
      );
    }
  }

  async #finish(): Promise<readonly string[]> {
    const api = this.#api;
    api.puppets.set(this.#id, 'go');
    if ((await api.version(this.#id)) !== null) {
      await this.#send('cancel', this.#users[0], { laneIndex: 1, laneRunNumber: 1 });
      await api.untilEnded(this.#id);
    }
    // A commit can be read before whoever made it has heard of it.
    const version = await api.version(this.#id);
    const isComplete = (): boolean => (version ?? api.database.deletedAt(this.#id)) === api.database.history(this.#id).at(-1)?.version;
    while (!isComplete()) await api.engine.executions.waitForChange(this.#id, 5, AbortSignal.timeout(1000));
    const history = api.database.history(this.#id);
    const problems = this.#sent.flatMap((sent) => this.#unfitting(sent, history));
    problems.push(...(await this.#inconsistencies(history)));
    return problems;
  }

  #unfitting(sent: Sent, history: readonly Execution[]): readonly string[] {
    const met = history.filter((execution, index) => {
      const until = history[index + 1]?.version ?? Number.POSITIVE_INFINITY;
      return until > sent.from && execution.version <= (sent.to ?? Number.POSITIVE_INFINITY);
    });
    const possible = new Set<string>(met.map((execution) => allowed(execution, sent.command, sent.run)));
    const mayBeDeleted = sent.to === null;
    if (mayBeDeleted) possible.add('notFound');
    return possible.has(sent.verdict)
      ? []
      : [`${sent.command} was answered ${sent.verdict}, possible: ${[...possible].join(', ')} (versions ${sent.from} to ${sent.to})`];
  }

  async #inconsistencies(history: readonly Execution[]): Promise<readonly string[]> {
    const api = this.#api;
    const problems: string[] = [];
    const last = history.at(-1)!;
    const isDeleted = (await api.version(this.#id)) === null;
    const deletions = this.#sent.filter(({ command, verdict }) => command === 'delete' && verdict === 'ok').length;
    if (deletions !== (isDeleted ? 1 : 0))
      problems.push(`${deletions} deletions were accepted, and it is ${isDeleted ? '' : 'not '}deleted`);
    for (const [index, { version }] of history.entries()) {
      if (index > 0 && version <= history[index - 1]!.version) problems.push(`two documents have the version ${version}`);
    }
    // Each incarnation was begun by one request that was accepted (I2, R34).
    const begun = this.#sent.filter(
      ({ command, verdict }) => ['resume', 'force_continue', 'rerun', 'retry'].includes(command) && verdict === 'ok',
    );
    if (last.incarnation !== 1 + begun.length) problems.push(`incarnation ${last.incarnation} after ${begun.length} requests to go on`);
    if (isDeleted) return problems;
    problems.push(...(await eventProblems({ engine: api.engine } as Parameters<typeof eventProblems>[0], this.#id)));
    const details = await api.details(this.#id);
    if (details.status !== last.status) problems.push(`it reads ${details.status} and was last ${last.status}`);
    // A cancel that was accepted in the last incarnation decides how it ends.
    const start = history.find(({ incarnation }) => incarnation === last.incarnation)!.version;
    const cancelled = this.#sent.some(({ command, verdict, from }) => command === 'cancel' && verdict === 'ok' && from >= start);
    if (cancelled && details.status !== 'cancelled') problems.push(`a cancel was accepted, and it ended ${details.status}`);
    for (const [index, lane] of details.lanes.entries()) {
      if (lane.runs.some((run) => !['finished', 'failed', 'cancelled', 'crashed', 'paused', 'interrupted'].includes(run.status))) {
        problems.push(`lane ${index + 1} has a run that goes on`);
      }
      const numbers = lane.runs.map((run) => run.runNumber ?? 0);
      if (numbers.some((number, at) => at > 0 && number >= numbers[at - 1]!))
        problems.push(`lane ${index + 1} has the runs ${numbers.join(', ')}`);
      for (const task of await api.tasks(details, index + 1)) {
        if (task.itemsInProcessing !== 0 || ['pending', 'active', 'stopping', 'resuming'].includes(task.status)) {
          problems.push(`task ${task.schemaId} is ${task.status} with ${task.itemsInProcessing} items in processing`);
        }
      }
    }
    return problems;
  }
}
