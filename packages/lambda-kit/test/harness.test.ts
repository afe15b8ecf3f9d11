import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { defineLambda, runLambda } from '../src/index.ts';

test('an item that throws becomes an exception, the others are answered', async () => {
  const lambda = defineLambda<{ readonly value: number }, { readonly half: number }>({
    item: ({ value }, context) => {
      context.heartbeat();
      if (value % 2 === 1) {
        throw new Error(`${value} is odd`);
      }
      return { half: value / 2 };
    },
  });
  const report = await runLambda(lambda, { argsBatch: [{ value: 4 }, { value: 5 }] });
  expect(report.response).toEqual({ resultsBatch: [{ half: 2 }, { exception: expect.stringContaining('5 is odd') }] });
  expect(report.heartbeatCount).toBe(2);
});

test('files are found by id and streams are collected', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'kit-'));
  writeFileSync(join(directory, 'a'), 'text');
  const lambda = defineLambda<{ readonly file: { readonly fileId: string } }>({
    item: ({ file }, context) => {
      context.stream('stats', { tsName: 'seen', timestamp: 1, value: 1 });
      return { text: readFileSync(context.filePath(file.fileId), 'utf8') };
    },
  });
  const report = await runLambda(lambda, { argsBatch: [{ file: { fileId: 'f1' } }], files: { f1: join(directory, 'a') } });
  expect(report).toMatchObject({
    response: { resultsBatch: [{ text: 'text' }] },
    streamed: { stats: [{ tsName: 'seen', timestamp: 1, value: 1 }] },
  });
  rmSync(directory, { recursive: true });
});

test('a refusal before the first item fails the whole batch', async () => {
  const lambda = defineLambda({ beforeBatch: () => ({ exception: 'no' }), item: () => ({}) });
  expect((await runLambda(lambda, { argsBatch: [{}] })).response).toEqual({ exception: 'no' });
});

test('a batch handler answers for all items at once', async () => {
  const lambda = defineLambda({ batch: (argsBatch) => ({ resultsBatch: argsBatch.map(() => null) }) });
  expect((await runLambda(lambda, { argsBatch: [{}, {}] })).response).toEqual({ resultsBatch: [null, null] });
});

test('a stopped job rejects instead of failing its items', async () => {
  const stop = new AbortController();
  const lambda = defineLambda({
    item: async (_args, context) => {
      stop.abort();
      await context.sleep(60_000);
      return null;
    },
  });
  await expect(runLambda(lambda, { argsBatch: [{}], signal: stop.signal })).rejects.toThrow(/abort/i);
});
