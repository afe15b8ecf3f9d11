import type { Logger } from 'pino';

/** Runs every step, also after one that failed; rejects with everything that failed. */
export async function closeInOrder(steps: readonly (() => Promise<unknown>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const step of steps) await step().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw new AggregateError(failures, 'the server did not stop cleanly');
}

/** For a start that failed, whose own error is the one to tell: what goes wrong on the way back is only logged. */
export async function closeAfterFailure(close: () => Promise<void>, logger: Logger): Promise<void> {
  await close().catch((error: unknown) =>
    logger.error({ event: 'closeAfterFailedStart', err: error }, 'what the failed start had opened did not close cleanly'),
  );
}
