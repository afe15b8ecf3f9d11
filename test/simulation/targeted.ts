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
  ...regressions,
];
