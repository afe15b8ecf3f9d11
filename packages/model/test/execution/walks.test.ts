/** Executions that are too large to explore, walked through at random (design §12, T1). */
import * as fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { walk } from './explore/explore.ts';
import { scheduled } from './fixtures.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const spaces = [
  { name: '4 lanes × 3 boxes × 1–2 tasks, 3 retries', lanes: 4, retries: 3, shape: [1, 2, 1] },
  { name: '2 lanes × 2 boxes × 3 tasks, 1 retry', lanes: 2, retries: 1, shape: [3, 3] },
  { name: '6 lanes × 1 box × 1 task, no retries', lanes: 6, retries: 0, shape: [1] },
] as const;

test.each(spaces)('$name: walks of any number of incarnations keep every promise (I1, I2, I10)', ({ name, lanes, retries, shape }) => {
  const ends = new Set<string>();
  let most = 0;
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 50, maxLength: 300, size: 'max' }), (picks) => {
      const { problems, end } = walk(scheduled(lanes, retries).execution, shape, picks);
      expect(problems).toEqual([]);
      ends.add(`${end.status} in lane ${end.currentLaneIndex}`);
      most = Math.max(most, end.incarnation);
    }),
    { numRuns: 250, seed: 20_240_301 },
  );
  console.log(`${name}: ${ends.size} kinds of ends, up to ${most} incarnations`);
  expect(most).toBeGreaterThanOrEqual(4);
  expect([...ends].some((end) => end.endsWith(`lane ${lanes}`))).toBe(true);
});
