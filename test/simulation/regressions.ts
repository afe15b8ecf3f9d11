/** What seeds have found in the engine, each as the shortest scenario that shows it. */
import { anyNode, scenario } from './handmade.ts';
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
];
