import type { Verb } from '../sql.ts';

/** Verbs over executions, gates, slices, batches, leases, timers and events. */
export const coreVerbs: readonly Verb<never, unknown>[] = [];
