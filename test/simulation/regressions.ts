/** What seeds have found in the engine, each as the shortest scenario that shows it. */
import type { Scenario } from './scenario.ts';

export const regressions: readonly Scenario[] = [
];
