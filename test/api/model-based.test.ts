/**
 * Random histories of several users over HTTP, step by step against a model: the reducer for what an execution does, and the table of
 * rest §6.1 for who may ask for it (I1, I2, I7, I9, I10, I11, I12, I15; execution §7, §14.1; rest R79, R96–R98).
 */
import { isDeepStrictEqual } from 'node:util';
import type { ExecutionDetails } from '@laneway/client';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { smallWorkflow } from '../acceptance/dumps.ts';
import { startApiServer, workflows, type Actor, type Answer, type ApiServer } from './support/api-server.ts';
import { commands, sendCommand } from './support/commands.ts';
import { itemCount, laneCount, maxRetries, ModelExecution, type CommandRequest, type RunShape, type Shape } from './support/model.ts';

const seed = Number(process.env['LANEWAY_TEST_SEED'] ?? 20_261_125);
const numRuns = Number(process.env['LANEWAY_TEST_RUNS'] ?? 120);
const settleTimeoutMs = 20_000;

const dump = smallWorkflow({
  image: 'test/puppet',
  itemType: 'number',
  lanes: Array.from({ length: laneCount }, (_, lane) => [[`task ${lane}`]]),
  maxRetries,
});
const input = Array.from({ length: itemCount }, (_, index) => index);

/** Rest §6.1, written by hand. Owners hold every privilege (R98). */
const rights = {
  owner: { schedules: true, manages: true, views: true },
  scheduler: { schedules: true, manages: false, views: true },
  manager: { schedules: false, manages: true, views: true },
  viewer: { schedules: false, manages: false, views: true },
  /** Views the space, and is not in the inventory (R79). */
  stranger: { schedules: false, manages: true, views: false },
  member: { schedules: false, manages: false, views: false },
  outsider: { schedules: false, manages: false, views: false },
} as const;
type ActorName = keyof typeof rights;
const actorNames = Object.keys(rights) as ActorName[];

interface Model {
  readonly executions: (ModelExecution | 'deleted')[];
}

interface Real {
  readonly api: ApiServer;
  readonly actors: Readonly<Record<ActorName, Actor>>;
  readonly executions: { readonly id: string; times: Times }[];
  /** How often each request was answered which way. */
  readonly answers: Map<string, number>;
}

type Times = Pick<ExecutionDetails, 'scheduleTime' | 'startTime' | 'suspendTime' | 'finishTime'>;
type Step = fc.AsyncCommand<Model, Real>;

class Schedule implements Step {
  readonly actor: ActorName;
  constructor(actor: ActorName) {
    this.actor = actor;
  }

  check(model: Readonly<Model>): boolean {
    return model.executions.length < 3;
  }

  async run(model: Model, real: Real): Promise<void> {
    const as = real.actors[this.actor];
    if (!rights[this.actor].schedules) {
      await expect(real.api.schedule(dump, { input }, { as })).rejects.toThrow('403');
      return;
    }
    const id = await real.api.schedule(dump, { input }, { as });
    model.executions.push(new ModelExecution(as.userId));
    real.executions.push({ id, times: { scheduleTime: 0, startTime: 0, suspendTime: 0, finishTime: 0 } });
    await agree(model, real, model.executions.length - 1);
  }

  toString(): string {
    return `${this.actor} schedules`;
  }
}

class Ask implements Step {
  readonly actor: ActorName;
  readonly request: CommandRequest | { readonly kind: 'delete' };
  readonly #target: number;

  constructor(actor: ActorName, request: CommandRequest | { readonly kind: 'delete' }, target: number) {
    this.actor = actor;
    this.request = request;
    this.#target = target;
  }

  check(model: Readonly<Model>): boolean {
    return model.executions.length > 0;
  }

  async run(model: Model, real: Real): Promise<void> {
    const at = this.#target % model.executions.length;
    const { id } = real.executions[at]!;
    const as = real.actors[this.actor];
    const expected = this.#expect(model, at, as);
    const answer = await sendCommand(real.api, this.request.kind, id, {
      as,
      ...('laneIndex' in this.request ? { run: this.request } : {}),
    });
    expect([answer.status, answer.id, answer.details]).toEqual(expected);
    const kind = `${this.request.kind} ${answer.status}`;
    real.answers.set(kind, (real.answers.get(kind) ?? 0) + 1);
    await agree(model, real, at);
  }

  /** In the order of the contract: is it there, may this user do it, does the status allow it. */
  #expect(model: Model, at: number, as: Actor): readonly unknown[] {
    const execution = model.executions[at]!;
    if (execution === 'deleted') return [404, 'notFound', undefined];
    const right = execution.userId === as.userId ? 'schedules' : 'manages';
    if (!rights[this.actor][right]) return [403, 'forbidden', undefined];
    if (this.request.kind === 'delete') {
      if (['scheduled', 'resuming', 'active', 'stopping'].includes(execution.document.status)) {
        return [400, 'atmWorkflowExecutionNotStopped', undefined];
      }
      model.executions[at] = 'deleted';
      return [204, undefined, undefined];
    }
    const refusal = execution.command(this.request, as.userId);
    return refusal === null ? [204, undefined, undefined] : [refusal.id === 'notFound' ? 404 : 400, refusal.id, refusal.details];
  }

  toString(): string {
    return `${this.actor} asks to ${JSON.stringify(this.request)} execution ${this.#target}`;
  }
}

class EndJob implements Step {
  readonly #ending: 'go' | 'fail' | 'throw';
  readonly #target: number;

  constructor(ending: 'go' | 'fail' | 'throw', target: number) {
    this.#ending = ending;
    this.#target = target;
  }

  check(model: Readonly<Model>): boolean {
    const execution = model.executions[this.#target];
    return execution !== undefined && execution !== 'deleted' && execution.jobWaits;
  }

  async run(model: Model, real: Real): Promise<void> {
    const execution = model.executions[this.#target] as ModelExecution;
    execution.endJob(this.#ending === 'go');
    const { id } = real.executions[this.#target]!;
    await real.api.untilWaiting(id);
    real.api.puppets.endOne(id, this.#ending);
    await agree(model, real, this.#target);
  }

  toString(): string {
    return `the job of execution ${this.#target} ends: ${this.#ending}`;
  }
}

class Look implements Step {
  readonly actor: ActorName;
  readonly #target: number;

  constructor(actor: ActorName, target: number) {
    this.actor = actor;
    this.#target = target;
  }

  check(model: Readonly<Model>): boolean {
    return this.#target < model.executions.length;
  }

  async run(model: Model, real: Real): Promise<void> {
    const as = real.actors[this.actor];
    const { id } = real.executions[this.#target]!;
    const execution = model.executions[this.#target]!;
    const answer: Answer = await real.api.send('GET', `${workflows}/${id}`, { as });
    if (execution === 'deleted') expect([answer.status, answer.id]).toEqual([404, 'notFound']);
    else if (rights[this.actor].views) expect([answer.status, answer.body.userId]).toEqual([200, execution.userId]);
    else expect([answer.status, answer.id]).toEqual([403, 'forbidden']);
  }

  toString(): string {
    return `${this.actor} looks at execution ${this.#target}`;
  }
}

/** Everything of the execution that can be seen comes to what the model says. */
async function agree(model: Model, real: Real, at: number): Promise<void> {
  const execution = model.executions[at]!;
  const known = real.executions[at]!;
  if (execution === 'deleted') {
    expect(await real.api.listedIn(known.id)).toEqual([]);
    return;
  }
  const expected = execution.shape();
  const deadline = performance.now() + settleTimeoutMs;
  let details = await real.api.details(known.id);
  let seen = await shapeOf(real.api, details);
  while (!isDeepStrictEqual(seen, expected)) {
    if (performance.now() > deadline) {
      expect(seen).toEqual(expected);
      throw new Error('it did not come to what the model says');
    }
    await real.api.engine.executions.waitForChange(known.id, 20, AbortSignal.timeout(1000));
    details = await real.api.details(known.id);
    seen = await shapeOf(real.api, details);
  }
  expectTimes(details, known.times, execution);
  known.times = details;
  expect(await real.api.listedIn(known.id)).toEqual([phaseOf(details.status)]);
}

async function shapeOf(api: ApiServer, details: ExecutionDetails): Promise<Shape> {
  const stores = new Map([[details.storeRegistry['input'] ?? '', 'input']]);
  for (const [index, { runs }] of details.lanes.entries()) {
    for (const run of runs) if (run.exceptionStoreId !== null) stores.set(run.exceptionStoreId, `${index + 1}.${run.runNumber}`);
  }
  const runShape = async (run: ExecutionDetails['lanes'][number]['runs'][number]): Promise<RunShape> => {
    const ids = run.parallelBoxes.flatMap((box) => Object.values(box.taskRegistry));
    const tasks = await Promise.all(ids.map(async (id) => await api.client.executions.task(id).catch(() => null)));
    return {
      runNumber: run.runNumber,
      originRunNumber: run.originRunNumber,
      runType: run.runType,
      status: run.status,
      isRetriable: run.isRetriable,
      isRerunable: run.isRerunable,
      iterates: run.iteratedStoreId === null ? null : (stores.get(run.iteratedStoreId) ?? '?'),
      hasExceptionStore: run.exceptionStoreId !== null,
      // A task that went since the details were read belongs to a run that went as well: the next look sees it.
      tasks: tasks.map((task) =>
        task === null ? ['gone', 0, 0, 0] : [task.status, task.itemsInProcessing, task.itemsProcessed, task.itemsFailed],
      ),
    };
  };
  return {
    status: details.status,
    lanes: await Promise.all(details.lanes.map(async ({ runs }) => await Promise.all(runs.map(runShape)))),
  };
}

/** Execution §14.1: only the times that the model sets move, and never backwards. */
function expectTimes(now: Times & Pick<ExecutionDetails, 'status'>, before: Times, execution: ModelExecution): void {
  const isFirst = before.scheduleTime === 0;
  for (const name of ['scheduleTime', 'startTime', 'suspendTime', 'finishTime'] as const) {
    const moves = execution.timesSet.has(name) || isFirst;
    if (moves) expect([name, now[name] >= before[name]]).toEqual([name, true]);
    else expect([name, now[name]]).toEqual([name, before[name]]);
  }
  if (isFirst) expect(now.scheduleTime).toBeGreaterThan(0);
  const phase = phaseOf(now.status);
  if (phase === 'ongoing') expect(now.startTime).toBeGreaterThanOrEqual(now.scheduleTime);
  if (phase === 'suspended') expect(now.suspendTime).toBeGreaterThanOrEqual(now.startTime);
  if (phase === 'ended') expect(now.finishTime).toBeGreaterThanOrEqual(now.startTime);
}

function phaseOf(status: ExecutionDetails['status']): string {
  if (status === 'scheduled' || status === 'resuming') return 'waiting';
  if (status === 'active' || status === 'stopping') return 'ongoing';
  return status === 'paused' || status === 'interrupted' ? 'suspended' : 'ended';
}

/** Whoever follows from the first event sees every number once, and at the end the stream ends (I2, I15). */
async function expectWholeStream(api: ApiServer, executionId: string): Promise<void> {
  const versions: number[] = [];
  let ended: string | null = null;
  for await (const message of api.client.executions.follow(executionId, { lastEventId: '0', reconnectDelayMs: 1 })) {
    if (message.kind === 'snapshot' || message.kind === 'progress') continue;
    versions.push(message.change.version);
    if (message.kind !== 'execution') continue;
    if (ended !== null) expect(['scheduled', 'resuming']).toContain(message.change.to);
    ended = ['finished', 'failed', 'cancelled', 'crashed'].includes(message.change.to ?? '') ? message.change.to : null;
  }
  expect(versions).toEqual(Array.from({ length: (await api.version(executionId)) ?? 0 }, (_, index) => index + 1));
  expect(ended).toBe((await api.details(executionId)).status);
}

/** Mostly the first one, so that it gets a long life. */
const target = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat({ max: 2 }));
/** Mostly people who may: the others are refused and change nothing. */
const actor = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<ActorName>('owner', 'scheduler', 'manager') },
  fc.constantFrom(...actorNames),
);
const stopOrGoOn: fc.Arbitrary<CommandRequest> = fc
  .constantFrom('cancel', 'pause', 'pause', 'resume', 'resume', 'force_continue')
  .map((kind) => ({ kind }));
const repeat = fc.record({
  kind: fc.constantFrom('rerun' as const, 'retry' as const),
  laneIndex: fc.oneof({ weight: 2, arbitrary: fc.constant(1) }, fc.integer({ min: 1, max: 3 })),
  laneRunNumber: fc.oneof({ weight: 2, arbitrary: fc.integer({ min: 1, max: 2 }) }, fc.integer({ min: 1, max: 5 })),
});
const steps = fc.commands<Model, Real, false>(
  [
    fc.constantFrom<ActorName>('owner', 'scheduler', 'scheduler').map((name) => new Schedule(name)),
    fc.constantFrom(...actorNames).map((name) => new Schedule(name)),
    fc.tuple(actor, stopOrGoOn, target).map((parts) => new Ask(...parts)),
    fc.tuple(actor, stopOrGoOn, target).map((parts) => new Ask(...parts)),
    fc.tuple(actor, repeat, target).map((parts) => new Ask(...parts)),
    fc.tuple(actor, repeat, target).map((parts) => new Ask(...parts)),
    fc.tuple(actor, fc.constant({ kind: 'delete' as const }), target).map((parts) => new Ask(...parts)),
    ...(['go', 'go', 'fail', 'fail', 'fail', 'throw'] as const).map((ending) => target.map((at) => new EndJob(ending, at))),
    fc.tuple(actor, target).map((parts) => new Look(...parts)),
  ],
  { maxCommands: 40, size: 'max' },
);

for (const [database, share] of [
  ['sqlite', 1],
  ['postgres', 0.2],
] as const) {
  describe(`random histories on ${database}`, { timeout: 60_000 + numRuns * 10_000 }, () => {
    let api: ApiServer;
    let actors: Real['actors'];

    beforeAll(async () => {
      api = await startApiServer({ database, cancelGraceMs: 5000 });
      actors = {
        owner: api.admin,
        scheduler: await api.actor('scheduler', ['view', 'schedule']),
        manager: await api.actor('manager', ['view', 'manage']),
        viewer: await api.actor('viewer', ['view']),
        stranger: await api.actor('stranger', ['view', 'manage'], { inInventory: false }),
        member: await api.actor('member', []),
        outsider: await api.actor('outsider', null),
      };
    });
    afterAll(async () => await api.close());

    test('statuses, runs, flags, counters, times, errors and rights are those of the model after every step', async () => {
      const runs = Math.max(1, Math.round(numRuns * share));
      let stepCount = 0;
      const answers = new Map<string, number>();
      await fc.assert(
        fc.asyncProperty(steps, async (sequence) => {
          const real: Real = { api, actors, executions: [], answers };
          const model: Model = { executions: [] };
          await fc.asyncModelRun(() => ({ model, real }), sequence);
          for (const [at, execution] of model.executions.entries()) {
            if (execution === 'deleted') continue;
            execution.command({ kind: 'cancel' }, 'owner');
            await sendCommand(api, 'cancel', real.executions[at]!.id);
            await agree(model, real, at);
            await expectWholeStream(api, real.executions[at]!.id);
          }
          stepCount += [...sequence].length;
        }),
        { seed, numRuns: runs, endOnFailure: process.env['LANEWAY_TEST_SHRINK'] === undefined },
      );
      console.log(
        `model-based on ${database}: seed ${seed}, ${runs} histories, ${stepCount} steps, ${JSON.stringify(Object.fromEntries(answers))}`,
      );
      // Histories follow from the seed alone, so that enough of them meet every answer.
      if (runs >= 100) {
        for (const kind of commands) {
          for (const status of kind === 'delete' ? [204, 400, 403] : [204, 400, 403, 404])
            expect([...answers.keys()]).toContain(`${kind} ${status}`);
        }
      }
    });
  });
}
