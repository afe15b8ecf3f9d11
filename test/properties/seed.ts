/**
 * How the properties of this folder are run: a fixed seed, which fast-check prints with what failed together with the path to it, and a
 * number of runs that fits into the suite. `LANEWAY_TEST_SEED` and `LANEWAY_TEST_EFFORT` (a factor) look further.
 */
const seed = Number(process.env['LANEWAY_TEST_SEED'] ?? 20_270_117);
const effort = Number(process.env['LANEWAY_TEST_EFFORT'] ?? 1);

export function runs(count: number): { readonly seed: number; readonly numRuns: number; readonly endOnFailure: boolean } {
  return { seed, numRuns: Math.max(1, Math.round(count * effort)), endOnFailure: false };
}
