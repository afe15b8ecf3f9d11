/**
 * Which request an execution takes in which status, over HTTP on the real engine, as a table written by hand from execution §7.0 and rest
 * §5.5–5.6. What is refused changes nothing that anybody can see (R41); what is accepted is there for the next GET (execution §7.0).
 */
import type { ExecutionDetails } from '@laneway/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { workflows, startApiServer, type ApiServer } from './support/api-server.ts';
import { commands, sendCommand, verdictOf, type CommandName, type Verdict } from './support/commands.ts';
import { sceneNames, setScene, type SceneName } from './support/scenes.ts';

type Row = readonly [
  cancel: Verdict,
  pause: Verdict,
  resume: Verdict,
  forceContinue: Verdict,
  rerun: Verdict,
  retry: Verdict,
  remove: Verdict,
];

const goingOn: Row = ['ok', 'ok', 'NotResumable', 'NotResumable', 'NotEnded', 'NotEnded', 'NotStopped'];
/** Rerun and retry name lane 1, run 1. */
const table: Readonly<Record<SceneName, Row>> = {
  scheduled: goingOn,
  resuming: goingOn,
  'resuming, not prepared yet': goingOn,
  preparing: goingOn,
  active: goingOn,
  'stopping for a pause': goingOn,
  'stopping for a cancel': goingOn,
  'stopping, its last lane run finished': [
    'IST finished',
    'IST finished',
    'NotResumable',
    'NotResumable',
    'NotEnded',
    'NotEnded',
    'NotStopped',
  ],
  'stopping, its lane run failed': ['IST failed', 'IST failed', 'NotResumable', 'NotResumable', 'NotEnded', 'NotEnded', 'NotStopped'],
  paused: ['ok', 'IST paused', 'ok', 'NotResumable', 'NotEnded', 'NotEnded', 'ok'],
  'paused, not prepared yet': ['ok', 'IST paused', 'ok', 'NotResumable', 'NotEnded', 'NotEnded', 'ok'],
  interrupted: ['ok', 'IST interrupted', 'ok', 'NotResumable', 'NotEnded', 'NotEnded', 'ok'],
  finished: ['Ended', 'Ended', 'NotResumable', 'NotResumable', 'ok', 'RetryFailed', 'ok'],
  'failed in the first of two lanes': ['Ended', 'Ended', 'NotResumable', 'ok', 'ok', 'ok', 'ok'],
  'failed in the last lane': ['Ended', 'Ended', 'NotResumable', 'NotResumable', 'ok', 'RetryFailed', 'ok'],
  'failed by the threshold': ['Ended', 'Ended', 'NotResumable', 'ok', 'ok', 'RetryFailed', 'ok'],
  'failed in preparation': ['Ended', 'Ended', 'NotResumable', 'ok', 'ok', 'RetryFailed', 'ok'],
  cancelled: ['Ended', 'Ended', 'NotResumable', 'NotResumable', 'ok', 'RetryFailed', 'ok'],
  crashed: ['Ended', 'Ended', 'NotResumable', 'NotResumable', 'RerunFailed', 'RetryFailed', 'ok'],
};

/** What the next GET shows: of the execution, of its current lane run, of that run's tasks; null: what it showed before. */
type Effect = readonly [status: string, laneRun: string, tasks: readonly string[]] | null;

const repeated: Effect = ['scheduled', 'scheduled', []];
const effects: Readonly<Partial<Record<SceneName, Readonly<Partial<Record<CommandName, Effect>>>>>> = {
  scheduled: { cancel: ['stopping', 'stopping', []], pause: ['stopping', 'stopping', []] },
  resuming: { cancel: ['stopping', 'stopping', ['cancelled', 'cancelled']], pause: ['stopping', 'stopping', ['paused', 'paused']] },
  'resuming, not prepared yet': { cancel: ['stopping', 'stopping', []], pause: ['stopping', 'stopping', []] },
  preparing: { cancel: ['stopping', 'stopping', ['cancelled', 'cancelled']], pause: ['stopping', 'stopping', ['paused', 'paused']] },
  active: { cancel: ['stopping', 'stopping', ['stopping', 'cancelled']], pause: ['stopping', 'stopping', ['stopping', 'paused']] },
  'stopping for a pause': { cancel: ['stopping', 'stopping', ['stopping', 'cancelled']], pause: null },
  'stopping for a cancel': { cancel: null, pause: null },
  paused: { cancel: ['cancelled', 'cancelled', ['cancelled', 'cancelled']], resume: ['resuming', 'resuming', ['paused', 'paused']] },
  'paused, not prepared yet': { cancel: ['cancelled', 'cancelled', []], resume: ['resuming', 'resuming', []] },
  interrupted: {
    cancel: ['cancelled', 'cancelled', ['cancelled', 'cancelled']],
    resume: ['resuming', 'resuming', ['interrupted', 'interrupted']],
  },
  finished: { rerun: repeated },
  'failed in the first of two lanes': { force_continue: ['resuming', 'scheduled', []], rerun: repeated, retry: repeated },
  'failed in the last lane': { rerun: repeated },
  'failed by the threshold': { force_continue: ['resuming', 'scheduled', []], rerun: repeated },
  'failed in preparation': { force_continue: ['resuming', 'scheduled', []], rerun: repeated },
  cancelled: { rerun: repeated },
};

interface Seen {
  readonly details: ExecutionDetails;
  readonly tasks: readonly (readonly unknown[])[];
  readonly lists: readonly string[];
  readonly version: number | null;
}

/** Everything that can be seen of the execution. */
async function look(api: ApiServer, executionId: string): Promise<Seen> {
  const details = await api.details(executionId);
  const lanes = details.lanes.map((_, index) => index + 1);
  return {
    details,
    tasks: await Promise.all(lanes.map(async (lane) => await api.tasks(details, lane))),
    lists: await api.listedIn(executionId),
    version: await api.version(executionId),
  };
}

/** Scenes in which each command is accepted at least once, by each of its ways. */
const everyKind: readonly SceneName[] = ['scheduled', 'active', 'stopping for a pause', 'paused', 'failed in the first of two lanes'];

const verdictFor = (scene: SceneName, command: CommandName): Verdict => table[scene][commands.indexOf(command)]!;

for (const database of ['sqlite', 'postgres'] as const) {
  describe(`status × command on ${database}`, { timeout: 30_000 }, () => {
    let api: ApiServer;
    beforeAll(async () => {
      api = await startApiServer({ database });
    });
    afterAll(async () => await api.close());

    // A refusal never reaches the database; of what is accepted one of each kind is enough for the second one.
    for (const name of database === 'sqlite' ? sceneNames : everyKind) {
      if (database === 'sqlite')
        test(`${name}: what is refused is told so, and changes nothing (execution R41, rest §5.5, R89)`, async () => {
          const scene = await setScene(api, name);
          try {
            const id = scene.executionId;
            const before = await look(api, id);
            const hasEnded = ['finished', 'failed', 'cancelled', 'crashed'].includes(before.details.status);
            const refused = commands.filter((command) => verdictFor(name, command) !== 'ok');
            const answers: Record<string, string> = {};
            for (const command of refused) answers[command] = verdictOf(await sendCommand(api, command, id));
            expect(answers).toEqual(Object.fromEntries(refused.map((command) => [command, verdictFor(name, command)])));
            for (const command of ['rerun', 'retry'] as const) {
              // The body is looked at first, the status after that, the lane run last (rest §5.6).
              const odd = await sendCommand(api, command, id, { run: { laneIndex: 0, laneRunNumber: 1 } });
              expect([odd.status, odd.id, odd.details]).toEqual([400, 'badValueTooLow', { key: 'laneIndex', limit: 1 }]);
              for (const run of [
                { laneIndex: 3, laneRunNumber: 1 },
                { laneIndex: 1, laneRunNumber: 7 },
              ]) {
                expect(verdictOf(await sendCommand(api, command, id, { run }))).toBe(hasEnded ? 'notFound' : 'NotEnded');
              }
            }
            expect(await look(api, id)).toEqual(before);
          } finally {
            await scene.end();
          }
        });

      const accepted = commands.filter((command) => verdictFor(name, command) === 'ok');
      test.each(accepted)(`${name}: %s is accepted, and the next GET shows it (rest §5.5, R79a, R91)`, async (command) => {
        const scene = await setScene(api, name);
        try {
          scene.holdDrivers();
          const id = scene.executionId;
          const before = await look(api, id);
          const sentAt = Math.floor(Date.now() / 1000);
          expect(verdictOf(await sendCommand(api, command, id))).toBe('ok');
          if (command === 'delete') {
            expect(await api.listedIn(id)).toEqual([]);
            expect((await api.send('GET', `${workflows}/${id}`)).id).toBe('notFound');
            for (const again of commands) expect([again, verdictOf(await sendCommand(api, again, id))]).toEqual([again, 'notFound']);
            return;
          }
          await expectEffect(api, { scene: name, command, id, before, sentAt });
        } finally {
          await scene.end();
        }
      });
    }
  });
}

async function expectEffect(
  api: ApiServer,
  done: { readonly scene: SceneName; readonly command: CommandName; readonly id: string; readonly before: Seen; readonly sentAt: number },
): Promise<void> {
  const { scene, command, id, before, sentAt } = done;
  const after = await look(api, id);
  const effect = effects[scene]?.[command];
  if (effect === undefined) throw new Error(`no effect is written down for ${command} when ${scene}`);
  if (effect === null) {
    expect(after).toEqual(before);
    return;
  }
  const lane = command === 'force_continue' ? 2 : 1;
  const [status, laneRun, tasks] = effect;
  const run = after.details.lanes[lane - 1]!.runs[0]!;
  expect({
    status: after.details.status,
    laneRun: run.status,
    tasks: (await api.tasks(after.details, lane)).map((task) => task.status),
  }).toEqual({
    status,
    laneRun,
    tasks,
  });
  expectTimes(after.details, before.details, sentAt);
  expectRuns(command, after.details, before.details);
  const [phase] = await api.listedIn(id);
  expect(after.lists).toEqual([phase]);
  // One transition, in the name of who asked for it (I11).
  const events = await api.events(id, before.version ?? 0);
  expect(events.map(({ actor }) => actor)).toEqual(events.map(() => api.admin.userId));
  expect(events.filter(({ subject }) => subject === 'execution').at(-1)?.to).toBe(status);
}

/** Execution §14.1: the times of the phases that were entered, and no other. */
function expectTimes(after: ExecutionDetails, before: ExecutionDetails, sentAt: number): void {
  const phases = {
    scheduled: 'waiting',
    resuming: 'waiting',
    active: 'ongoing',
    stopping: 'ongoing',
    paused: 'suspended',
    interrupted: 'suspended',
  };
  const phaseOf = ({ status }: ExecutionDetails): string => (status in phases ? phases[status as keyof typeof phases] : 'ended');
  const [from, to] = [phaseOf(before), phaseOf(after)];
  const renewed = {
    scheduleTime: from !== 'waiting' && to === 'waiting',
    startTime: (from === 'waiting' && to === 'ongoing') || (from === 'suspended' && to === 'ended'),
    suspendTime: false,
    finishTime: to === 'ended' && from !== 'ended',
  };
  for (const [key, isRenewed] of Object.entries(renewed)) {
    const field = key as keyof typeof renewed;
    if (isRenewed) expect([key, after[field] >= Math.max(sentAt, before[field])]).toEqual([key, true]);
    else expect([key, after[field]]).toEqual([key, before[field]]);
  }
  if (to === 'ongoing' || to === 'ended') expect(after.startTime).toBeGreaterThanOrEqual(after.scheduleTime);
  if (to === 'ended') expect(after.finishTime).toBeGreaterThanOrEqual(after.startTime);
}

/** R34, R37; what the new run of a repeat is based on (rest R86, R90, R91). */
function expectRuns(command: CommandName, after: ExecutionDetails, before: ExecutionDetails): void {
  const runs = (details: ExecutionDetails): ExecutionDetails['lanes'][number]['runs'] => details.lanes.flatMap((lane) => lane.runs);
  if (after.status !== 'cancelled') expect(runs(after).some((run) => run.isRerunable || run.isRetriable)).toBe(false);
  const [first, second] = [after.lanes[0]!.runs, after.lanes[1]!.runs];
  const origin = before.lanes[0]!.runs[0]!;
  const fresh = { status: 'scheduled', exceptionStoreId: null, parallelBoxes: [], isRetriable: false, isRerunable: false };
  switch (command) {
    case 'rerun':
      expect(first[0]).toEqual({ ...fresh, runNumber: 2, originRunNumber: 1, runType: 'rerun', iteratedStoreId: origin.iteratedStoreId });
      expect(first).toHaveLength(2);
      break;
    case 'retry':
      expect(first[0]).toEqual({ ...fresh, runNumber: 2, originRunNumber: 1, runType: 'retry', iteratedStoreId: origin.exceptionStoreId });
      expect(first).toHaveLength(2);
      break;
    case 'force_continue':
      expect(second).toEqual([{ ...fresh, runNumber: 1, originRunNumber: null, runType: 'regular', iteratedStoreId: null }]);
      expect(first).toHaveLength(1);
      break;
    case 'cancel':
    case 'pause':
    case 'resume':
    case 'delete':
      expect(first.map((run) => run.runNumber)).toEqual([1]);
  }
}
