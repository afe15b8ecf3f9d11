import type { ExecutionDetails, LanewayClient } from '@laneway/client';
import { laneProgress, type ProgressView } from './progress.ts';

const ended: ReadonlySet<string> = new Set(['finished', 'failed', 'cancelled', 'crashed']);
const suspended: ReadonlySet<string> = new Set(['paused', 'interrupted']);

/** Ended or suspended: nothing more happens by itself. */
export function isAtRest(status: string): boolean {
  return ended.has(status) || suspended.has(status);
}

/** Follows an execution until it ends or is suspended, and returns its last details. */
export async function followToEnd(
  client: LanewayClient,
  executionId: string,
  view: ProgressView,
  signal: AbortSignal,
): Promise<ExecutionDetails> {
  for await (const message of client.executions.follow(executionId, { signal })) {
    // State changes are numbered and few, progress comes at most twice a second: reading the details for each is cheap.
    const details = message.kind === 'snapshot' ? message.details : await client.executions.details(executionId);
    view.show(await laneProgress(client, details));
    if (isAtRest(details.status)) return details;
  }
  signal.throwIfAborted();
  throw new Error('the stream of events ended');
}
