import { expect, test } from 'vitest';
import { readResponse } from './read-response.ts';

const empty = { kind: 'results', results: {} };

test.each([null, { resultsBatch: null }])(
  '%j means that every item succeeded without results (lambdas §1.8, data-and-stores R71a)',
  (response) => {
    expect(readResponse(response, 2)).toEqual({ kind: 'items', items: [empty, empty] });
  },
);

test('a batch exception keeps its value as it is and wins over results (lambdas §1.8, execution R105)', () => {
  expect(readResponse({ exception: { any: [1] }, resultsBatch: [{}] }, 1)).toEqual({ kind: 'exception', reason: { any: [1] } });
  expect(readResponse({ exception: null }, 1)).toEqual({ kind: 'exception', reason: null });
});

test.each([[{}], [[]], [5], ['text'], [{ resultsBatch: {} }], [JSON.parse('{"__proto__": {"resultsBatch": []}}')]])(
  '%j is malformed output of the batch (lambdas §1.8)',
  (response) => {
    expect(readResponse(response, 0)).toMatchObject({ kind: 'malformed', error: { id: 'badData', details: { key: 'lambdaOutput' } } });
  },
);

test('the quoted output is trimmed to 1024 bytes (lambdas R17)', () => {
  const answer = readResponse('x'.repeat(5000), 1);
  expect(JSON.stringify(answer)).toContain('...');
  expect(JSON.stringify(answer).length).toBeLessThan(3000);
});

test.each([[[]], [[{}]], [[{}, {}, {}]]])(
  'results of another number than items, %j, are malformed (data-and-stores R71a)',
  (resultsBatch) => {
    expect(readResponse({ resultsBatch }, 2)).toMatchObject({
      kind: 'malformed',
      error: { details: { key: 'lambdaOutput.resultsBatch' } },
    });
  },
);

test('each element is results, an exception, or malformed for its item only (lambdas §1.9, data-and-stores R71a)', () => {
  expect(readResponse({ resultsBatch: [null, { a: 1 }, { exception: 'E', a: 1 }, 7, []] }, 5)).toMatchObject({
    kind: 'items',
    items: [
      empty,
      { kind: 'results', results: { a: 1 } },
      { kind: 'exception', reason: 'E' },
      { kind: 'malformed', error: { id: 'badData', details: { key: 'lambdaResultsForItem' } } },
      { kind: 'malformed' },
    ],
  });
});

const nested: unknown = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`);

test.each([
  ['nested too deeply', { value: nested }],
  ['nested too deeply, in an exception', { exception: nested }],
  ['a number beyond all doubles', { value: JSON.parse('[1e400]') }],
])('%s fails its item and no other one (design §5)', (_name, element) => {
  expect(readResponse({ resultsBatch: [element, { value: 1 }] }, 2)).toMatchObject({
    items: [{ kind: 'malformed', error: { details: { key: 'lambdaResultsForItem' } } }, { kind: 'results' }],
  });
});

test.each([nested, { exception: nested }, { resultsBatch: { a: nested } }])(
  'deep output of a whole batch fails it (design §5)',
  (response) => {
    expect(readResponse(response, 1)).toMatchObject({ kind: 'malformed', error: { details: { key: 'lambdaOutput' } } });
  },
);
