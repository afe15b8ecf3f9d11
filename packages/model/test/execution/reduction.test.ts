/** The reductions of explore/keys.ts lose nothing: smaller spaces, explored with and without them. */
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { explore, type Exploration } from './explore/explore.ts';
import { fineKey, stateKey, type KeyOf } from './explore/keys.ts';
import { scheduled, type LaneShape } from './fixtures.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

interface Space {
  readonly name: string;
  readonly lanes: number;
  readonly shape: LaneShape;
  readonly maxIncarnation: number;
}

const spaces: readonly Space[] = [
  { name: '1 lane × 1 box × 2 tasks, 2 incarnations', lanes: 1, shape: [2], maxIncarnation: 2 },
  { name: '1 lane × 2 boxes × 1 task, 2 incarnations', lanes: 1, shape: [1, 1], maxIncarnation: 2 },
  { name: '2 lanes × 1 box × 1 task, 2 incarnations', lanes: 2, shape: [1], maxIncarnation: 2 },
  { name: '1 lane × 1 box × 1 task, 3 incarnations', lanes: 1, shape: [1], maxIncarnation: 3 },
];

/** What each input made of the executions of one state, a text per execution that answered otherwise. */
function variantsBy(
  keyOf: KeyOf,
  { lanes, shape, maxIncarnation }: Omit<Space, 'name'>,
): { readonly fine: Exploration; readonly variants: Map<string, Set<string>> } {
  const variants = new Map<string, Set<string>>();
  const fine = explore(scheduled(lanes, 1).execution, shape, {
    maxIncarnation,
    keyOf: fineKey,
    nameOf: keyOf,
    onState: (execution, outcomes) => {
      const key = keyOf(execution);
      variants.set(key, (variants.get(key) ?? new Set()).add([...new Set(outcomes)].sort().join('\n')));
    },
  });
  return { fine, variants };
}

function differing(variants: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] {
  return [...variants].filter(([, texts]) => texts.size > 1).map(([key]) => key);
}

describe.each(spaces)('$name', (space) => {
  let found: ReturnType<typeof variantsBy>;
  let reduced: Exploration;
  beforeAll(() => {
    found = variantsBy(stateKey, space);
    reduced = explore(scheduled(space.lanes, 1).execution, space.shape, space);
    console.log(`${space.name}: ${found.fine.stateCount} states, reduced ${reduced.stateCount}`);
  });

  test('with and without reductions no promise is broken and the same edges are taken', () => {
    expect([found.fine.problems, reduced.problems]).toEqual([[], []]);
    expect([...found.fine.edges].sort()).toEqual([...reduced.edges].sort());
  });

  test('the reduced states are those of the others, no more and no less', () => {
    expect([...found.variants.keys()].sort()).toEqual([...reduced.keys].sort());
    expect(found.fine.stateCount).toBeGreaterThan(reduced.stateCount);
  });

  test('executions that are taken for one state answer every input alike and lead to the same states', () => {
    expect(differing(found.variants).slice(0, 3)).toEqual([]);
  });
});

const small = { lanes: 1, shape: [2], maxIncarnation: 2 };

test.each([
  ['the runs that ended', /(?<=\/\d )\S+/g],
  ['why a task stops', /(?<=stopping\()\w+/g],
])('leaving out %s as well would be noticed', (_name, part) => {
  expect(differing(variantsBy((execution) => stateKey(execution).replaceAll(part, ''), small).variants)).not.toEqual([]);
});
