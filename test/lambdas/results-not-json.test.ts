/** Results that are not JSON cost their own item and no other (lambdas R105, design D1). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBench, prepare, pythonLambda, runJob, taskFor, type Bench } from './support.ts';

const python = (values: string): Record<string, string> =>
  pythonLambda(
    `def handle(request, heartbeat):\n    deep = []\n    for _ in range(100000):\n        deep = [deep]\n    return ${values}\n`,
  );
const javascript = (batch: string): Record<string, string> => ({
  'lambda.yaml': 'name: test\nimages: [test]\njavascript: handler.ts\n',
  'handler.ts': `import { defineLambda } from '@laneway/lambda-kit';
let deep: unknown = [];
for (let level = 0; level < 100_000; level += 1) deep = [deep];
const circle: Record<string, unknown> = {};
circle['self'] = circle;
export const lambda = defineLambda({ batch: () => (${batch}) as never });`,
});

const cases: readonly (readonly [string, Record<string, string>, readonly RegExp[]])[] = [
  [
    'Python',
    python('{"resultsBatch": [{"x": 1}, {"x": {1, 2}}, {"x": float("nan")}, {"x": deep}, None]}'),
    [/TypeError: .*set/, /ValueError/, /RecursionError/],
  ],
  [
    'JavaScript',
    javascript('{ resultsBatch: [{ x: 1 }, { x: 1n }, circle, { x: deep }, null] }'),
    [/TypeError: .*BigInt/, /TypeError: .*circular/, /RangeError/],
  ],
];

describe.each(cases)('a handler in %s', (_language, files, reasons) => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench({ sandbox: 'off', lambdas: { test: files } });
  });
  afterAll(async () => await bench.close());

  test('whose results of some items are not JSON has answered for the others', async () => {
    const handle = await prepare(bench, taskFor(bench, 'test'));
    const { outcome } = await runJob(handle, [{}, {}, {}, {}, {}]);
    await handle.dispose();
    const failed = reasons.map((reason) => ({
      exception: expect.stringMatching(new RegExp(`^The results are not JSON: ${reason.source}`)) as unknown,
    }));
    expect(outcome).toMatchObject({ kind: 'answered', response: { resultsBatch: [{ x: 1 }, ...failed, null] } });
  });
});

describe.each([
  ['Python', python('{"resultsBatch": {1, 2}}'), /TypeError/],
  ['JavaScript', javascript('{ resultsBatch: 1n }'), /BigInt/],
] as const)('a handler in %s', (_language, files, reason) => {
  test('whose answer as a whole is not JSON crashes its batch (lambdas R105)', async () => {
    const bench = await openBench({ sandbox: 'off', lambdas: { test: files } });
    const handle = await prepare(bench, taskFor(bench, 'test'));
    const { outcome } = await runJob(handle, [{}]);
    await handle.dispose();
    await bench.close();
    expect(outcome).toMatchObject({ kind: 'crashed', reason: expect.stringMatching(reason) });
  });
});
