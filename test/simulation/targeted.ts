/** Rows of the transition tables and moments that are too rare for seeds, and what seeds have found. */
import { anyNode, command, freezeWorker, scenario } from './handmade.ts';
import { regressions } from './regressions.ts';
import type { Scenario } from './scenario.ts';

export const targetedScenarios: readonly Scenario[] = [
  scenario('the lane run that becomes current had been interrupted in advance, and the end cannot be written for a while', {
    shape: { laneCount: 2, itemCount: 60 },
    runtimes: [{ fromMs: 0, toMs: 60_000, kind: 'unavailable', only: 'w-2' }],
    store: [{ ...anyNode, fromMs: 0, toMs: 30_000, trouble: 'before', only: 'executionDrained' }],
    calmAtMs: 30_000,
    endsAs: 'crashed',
  }),
  scenario('the lane run that becomes current had been interrupted in advance', {
    shape: { laneCount: 2, itemCount: 60 },
    runtimes: [{ fromMs: 0, toMs: 3000, kind: 'unavailable', only: 'w-2' }],
    calmAtMs: 6000,
    resumesAtTheEnd: true,
    endsAs: 'finished',
  }),
  scenario('a node that wakes up records nothing for a slice that was taken over (I6)', {
    shape: { fastMs: 3000, itemCount: 20 },
    triggers: [freezeWorker(8000)],
    calmAtMs: 20_000,
    endsAs: 'finished',
  }),
  scenario('a node that wakes up records nothing for a lane run that was suspended meanwhile (I3)', {
    shape: { fastMs: 2000, itemCount: 20 },
    triggers: [freezeWorker(16_000)],
    actions: [command(1500, 'pause')],
    calmAtMs: 20_000,
    resumesAtTheEnd: true,
    endsAs: 'finished',
  }),
  scenario('a stop ends soon after a store answers again that was away for much longer than a lease (I4)', {
    shape: { fastMs: 500, itemCount: 30, weights: { stubborn: 1 } },
    store: [{ ...anyNode, trouble: 'away', only: null, fromMs: 2500, toMs: 33_000 }],
    actions: [command(2000, 'cancel')],
    calmAtMs: 33_000,
    endsAs: 'cancelled',
  }),
  scenario('a lane run that failed in advance goes with the end of the execution', {
    shape: { laneCount: 2, itemCount: 40, failing: { divisor: 4, remainder: 1, mendsAfterMs: Infinity } },
    runtimes: [{ fromMs: 0, toMs: 60_000, kind: 'failed', only: 'w-2' }],
    calmAtMs: 5000,
    endsAs: 'failed',
  }),
  scenario('an execution whose user was gone is resumed and paused at once', {
    shape: { boxes: [1, 1], itemCount: 60, fastMs: 400 },
    noAccess: [{ fromMs: 2000, toMs: 7500 }],
    actions: [command(10_000, 'resume')],
    triggers: [{ on: 'resume', moment: 'done', occurrence: 1, delayMs: 0.1, what: { kind: 'command', verb: 'pause' } }],
    calmAtMs: 12_000,
    endsAs: 'paused',
  }),
  scenario('a node that wakes up with a job at hand asks before it hands it over (I3)', {
    shape: { itemCount: 20 },
    triggers: [{ on: 'tasksStarted', moment: 'done', occurrence: 1, delayMs: 0, what: { kind: 'freeze', lengthMs: 5000 } }],
    actions: [command(1500, 'cancel', 'b')],
    calmAtMs: 7000,
    endsAs: 'cancelled',
  }),
  ...regressions,
];
