/** What seeds have found in the engine, each as the shortest scenario that shows it. */
import { anyNode, command, freezeWorker, scenario } from './handmade.ts';
import type { Scenario } from './scenario.ts';

export const regressions: readonly Scenario[] = [
  scenario('results cannot be recorded, and that the execution crashed cannot be either for a while (P18)', {
    shape: {},
    store: [
      { ...anyNode, fromMs: 0, toMs: 60_000, trouble: 'before', only: 'commitJobs' },
      { ...anyNode, fromMs: 0, toMs: 50_000, trouble: 'before', only: 'crashed' },
    ],
    calmAtMs: 60_000,
    endsAs: 'crashed',
  }),
  scenario('jobs that a node gave up with its lease are counted once, when they are handed over again (D2)', {
    shape: { fastMs: 200, itemCount: 30, weights: { slow: 1 } },
    store: [{ trouble: 'away', nodeId: 'a', share: 1, only: null, fromMs: 2000, toMs: 5300 }],
    calmAtMs: 9000,
    endsAs: 'finished',
  }),
  scenario('a stop ends soon after the query that its driver needs answers again (I4)', {
    shape: { fastMs: 500, itemCount: 30, weights: { stubborn: 1 } },
    store: [{ ...anyNode, trouble: 'before', only: 'openWork', fromMs: 1000, toMs: 60_000 }],
    actions: [command(2000, 'cancel')],
    calmAtMs: 60_000,
    endsAs: 'cancelled',
  }),
  scenario('a node that helps cannot prepare one of the runtimes: what it prepared goes with the lane run', {
    shape: { boxes: [1, 1], fastMs: 200, itemCount: 40 },
    runtimes: [{ fromMs: 0, toMs: 60_000, kind: 'failed', only: 'w-1.2', nodeId: 'b' }],
    calmAtMs: 100,
    endsAs: 'finished',
  }),
  scenario('a stop is acknowledged by a node that did not close the gate: it hands nothing over either (I3)', {
    seed: 2,
    shape: { itemCount: 60 },
    store: [{ trouble: 'slowAnswer', nodeId: 'a', share: 1, only: 'tasksStarted', fromMs: 0, toMs: 3000 }],
    triggers: [
      { on: 'tasksStarted', moment: 'done', occurrence: 1, delayMs: 0.1, what: { kind: 'command', verb: 'cancel', nodeId: 'b' } },
      { on: 'cancel', moment: 'done', occurrence: 1, delayMs: 1, what: { kind: 'command', verb: 'cancel', nodeId: 'a' } },
    ],
    calmAtMs: 3000,
    endsAs: 'cancelled',
  }),
  scenario('a bad stream of a job that was given up before a resume breaks nothing (design §3)', {
    shape: { fastMs: 400, itemCount: 6, streams: true, script: ['badStream'] },
    triggers: [freezeWorker(10_000)],
    actions: [command(1000, 'pause'), command(9000, 'resume')],
    runtimes: [{ fromMs: 8500, toMs: 12_000, kind: 'slow' }],
    calmAtMs: 20_000,
    endsAs: 'finished',
  }),
  scenario('late news of a pause on a node that resumes meanwhile takes nothing from the resume', {
    shape: { boxes: [1, 1], itemCount: 200, fastMs: 200 },
    runtimes: [
      { fromMs: 0, toMs: 3000, kind: 'failed', only: 'w-1.2', nodeId: 'b' },
      { fromMs: 3000, toMs: 20_000, kind: 'slow', nodeId: 'b' },
    ],
    store: [{ trouble: 'slowAnswer', nodeId: 'b', share: 1, only: 'stopEpochs', fromMs: 2000, toMs: 20_000 }],
    actions: [command(3000, 'pause', 'a')],
    triggers: [
      { on: 'executionDrained', moment: 'done', occurrence: 1, delayMs: 20, what: { kind: 'command', verb: 'resume', nodeId: 'b' } },
    ],
    calmAtMs: 21_000,
    endsAs: 'finished',
  }),
  scenario('the answer to a pause comes when the execution has long been resumed: the work goes on (I9)', {
    nodeIds: ['a'],
    shape: { itemCount: 200, fastMs: 200 },
    store: [{ trouble: 'slowAnswer', nodeId: 'a', share: 1, only: 'pause', fromMs: 0, toMs: 10_000 }],
    actions: [command(1000, 'pause')],
    triggers: [{ on: 'executionDrained', moment: 'done', occurrence: 1, delayMs: 1, what: { kind: 'command', verb: 'resume' } }],
    calmAtMs: 10_000,
    endsAs: 'finished',
  }),
];
