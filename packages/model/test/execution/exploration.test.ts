/** Every state of two small executions, within the bounds of design §12 (T1). */
import { describe, expect, test, vi } from 'vitest';
import { executionTransitions, laneRunTransitions, taskTransitions, type TransitionTable } from '../../src/execution/tables.ts';
import { edgeOf, explore, walk, type Exploration } from './explore/explore.ts';
import { reductions } from './explore/keys.ts';
import { scheduled, type LaneShape } from './fixtures.ts';

/** The bound of the design for the whole of it. */
vi.setConfig({ testTimeout: 240_000 });

interface Space {
  readonly lanes: number;
  readonly shape: LaneShape;
}

const spaces = {
  '1 lane × 2 boxes × 2 tasks': { lanes: 1, shape: [2, 2] },
  '2 lanes × 1 box × 2 tasks': { lanes: 2, shape: [2] },
} satisfies Record<string, Space>;
type SpaceName = keyof typeof spaces;
const names = Object.keys(spaces) as SpaceName[];

/** Every space is explored once; several tests look at the result. */
const explored = new Map<SpaceName, Exploration>();

function exploredOnce(name: SpaceName): Exploration {
  const known = explored.get(name);
  if (known !== undefined) return known;
  const { lanes, shape } = spaces[name];
  const result = explore(scheduled(lanes, 1).execution, shape);
  explored.set(name, result);
  const { stateCount, transitionCount, otherCount } = result;
  console.log(`${name}, 1 retry, 2 incarnations: ${stateCount} states, ${transitionCount} transitions, ${otherCount} other answers`);
  console.log(`reductions: ${reductions.join('; ')}`);
  return result;
}

describe('every state that can be reached', () => {
  test.each(names)(
    '%s: every step keeps every promise, every command is answered as it must be (I1, I2, I9, I10, I14, execution §7.0)',
    (name) => {
      expect(exploredOnce(name).problems).toEqual([]);
    },
  );

  test('every edge of the tables is taken (execution §3.1, §3.2, §3.4)', () => {
    const seen = new Set(names.flatMap((name) => [...exploredOnce(name).edges]));
    const all = [
      ...edgesOf('execution', executionTransitions),
      ...edgesOf('laneRun', laneRunTransitions),
      ...edgesOf('task', taskTransitions),
    ];
    expect(all.filter((edge) => !seen.has(edge))).toEqual(['execution new → scheduled']);
  });
});

describe('the spaces are complete', () => {
  test.each(names)('%s: another order finds the same states and transitions', (name) => {
    const { lanes, shape } = spaces[name];
    const { keys, stateCount, transitionCount } = exploredOnce(name);
    const deep = explore(scheduled(lanes, 1).execution, shape, { depthFirst: true });
    expect([deep.stateCount, deep.transitionCount, deep.problems]).toEqual([stateCount, transitionCount, []]);
    expect([...deep.keys].filter((key) => !keys.has(key))).toEqual([]);
  });

  test.each(names)('%s: walks within the bounds find nothing new', (name) => {
    const { lanes, shape } = spaces[name];
    const { keys } = exploredOnce(name);
    const found = new Set<string>();
    for (let seed = 1; seed <= 500; seed += 1) {
      for (const key of walk(scheduled(lanes, 1).execution, shape, picksOf(seed, 60), 2).keys) found.add(key);
    }
    expect(found.size).toBeGreaterThan(500);
    expect([...found].filter((key) => !keys.has(key))).toEqual([]);
  });
});

/** Numbers that look random, the same for a seed. */
function picksOf(seed: number, count: number): readonly number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 8;
  });
}

function edgesOf(subject: 'execution' | 'laneRun' | 'task', table: TransitionTable<string>): readonly string[] {
  return Object.entries(table).flatMap(([from, exits]) =>
    exits.map((exit) => edgeOf({ subject, from: from === 'new' ? null : from, to: exit.to === 'gone' ? null : exit.to })),
  );
}
