/**
 * The yardstick: batches through a warm lambda process over the same protocol, one after the other, each
 * followed by one FULL-synchronous SQLite transaction that keeps the results. Nothing of the engine is used.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createLambdaRuntime, type LambdaHandle } from '@laneway/engine';
import type { LambdaRevision } from '@laneway/model';

export interface LoopResult {
  readonly itemCount: number;
  readonly itemsPerSecond: number;
}

/** Runs `itemCount` integers in batches through the `echo` lambda of the catalogue. */
export async function runPlainLoop(params: {
  readonly itemCount: number;
  readonly batchSize: number;
  readonly lambda: LambdaRevision;
}): Promise<LoopResult> {
  const { itemCount, batchSize, lambda } = params;
  const directory = mkdtempSync(join(tmpdir(), 'laneway-bench-'));
  const runtime = await createLambdaRuntime({
    lambdaDirs: [],
    cacheDir: join(directory, 'cache'),
    workDir: join(directory, 'work'),
    sandbox: 'auto',
    loopbackOnly: true,
    leaseMs: 6000,
    concurrency: 1,
  });
  if (!runtime.ok) throw new Error(runtime.error.description);
  try {
    const prepared = await runtime.value.prepare(
      {
        executionId: 'bench',
        laneRunId: 'bench',
        taskId: 'bench',
        lambdaId: 'bench',
        lambdaRevision: lambda,
        space: { spaceId: 'bench', name: 'bench', root: directory, readonly: false },
        logLevel: 'info',
      },
      new AbortController().signal,
    );
    if (prepared.kind === 'failed') throw new Error(prepared.reason);
    const itemsPerSecond = await loop(prepared.handle, join(directory, 'results.db'), itemCount, batchSize);
    await prepared.handle.dispose();
    return { itemCount, itemsPerSecond };
  } finally {
    await runtime.value.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function loop(handle: LambdaHandle, file: string, itemCount: number, batchSize: number): Promise<number> {
  const database = new DatabaseSync(file);
  database.exec('pragma journal_mode = wal; pragma synchronous = full; create table result (first integer primary key, items text)');
  const insert = database.prepare('insert into result (first, items) values (?, ?)');
  const control = { signal: new AbortController().signal, graceMs: 1000, onHeartbeat: () => undefined, onOutput: () => undefined };
  const run = async (first: number): Promise<void> => {
    const argsBatch = Array.from({ length: Math.min(batchSize, itemCount - first) }, (_, offset) => ({
      __meta: { traceId: String(first + offset).padStart(20, '0') },
      value: first + offset,
    }));
    const config = { sleepDurationSec: 0, exceptionProbability: 0, streamResults: false };
    const outcome = await handle.run({ jobId: String(first), request: { ctx: { config }, argsBatch }, fileLinks: [] }, control);
    if (outcome.kind !== 'answered') throw new Error(`the lambda did not answer: ${JSON.stringify(outcome)}`);
    const { resultsBatch } = outcome.response as { resultsBatch: { value: number }[] };
    database.exec('begin immediate');
    insert.run(first, JSON.stringify(resultsBatch.map((result) => result.value)));
    database.exec('commit');
  };
  // Warm: the first batches pay for compiling.
  for (let first = 0; first < 20 * batchSize; first += batchSize) await run(first);
  database.exec('delete from result');
  const startedAt = performance.now();
  for (let first = 0; first < itemCount; first += batchSize) await run(first);
  const seconds = (performance.now() - startedAt) / 1000;
  database.close();
  return itemCount / seconds;
}
