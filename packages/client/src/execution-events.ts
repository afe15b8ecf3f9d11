import type { ExecutionDetails } from './shapes.ts';
import { ApiError } from './errors.ts';
import { parseEventStream } from './event-stream.ts';
import { idPath, type Transport } from './transport.ts';

/** A numbered state change (interfaces, Events). */
export interface ChangeEvent {
  readonly executionId: string;
  readonly version: number;
  readonly at: number;
  readonly actor: string | null;
  readonly laneIndex?: number;
  readonly runNumber?: number | null;
  readonly taskId?: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly reason?: string;
}

export type ExecutionMessage =
  | { readonly kind: 'snapshot'; readonly details: ExecutionDetails }
  | { readonly kind: 'execution' | 'laneRun' | 'task'; readonly change: ChangeEvent }
  | { readonly kind: 'progress'; readonly data: unknown };

export interface FollowOptions {
  readonly signal?: AbortSignal;
  /** Version after which to go on; without it the stream starts with a snapshot. */
  readonly lastEventId?: string;
  /** Pause before the connection is made again; 1000 by default. */
  readonly reconnectDelayMs?: number;
}

const maxFailuresInARow = 5;

/**
 * The events of an execution without a gap, over as many connections as it takes. Ends when
 * everything of an ended execution was seen, when the consumer stops or the signal aborts; throws when the server refuses, or cannot be reached five times in a row.
 */
export async function* followExecution(
  transport: Transport,
  executionId: string,
  options: FollowOptions = {},
): AsyncGenerator<ExecutionMessage> {
  const { signal, reconnectDelayMs = 1000 } = options;
  let lastEventId = options.lastEventId;
  let failures = 0;
  for (;;) {
    if (isAborted(signal)) return;
    try {
      const response = await connect(transport, executionId, lastEventId, signal);
      if (response.status === 204) return;
      for await (const event of response.body === null ? [] : parseEventStream(response.body)) {
        failures = 0;
        if (event.id !== '') lastEventId = event.id;
        const message = toMessage(event.event, event.data);
        if (message !== undefined) yield message;
      }
    } catch (error) {
      if (isAborted(signal)) return;
      failures += 1;
      if (error instanceof ApiError || failures >= maxFailuresInARow) throw error;
    }
    await pause(reconnectDelayMs, signal);
  }
}

async function connect(
  transport: Transport,
  executionId: string,
  lastEventId: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Response> {
  return await transport.send('GET', idPath`/api/v3/oneprovider/automation/execution/workflows/${executionId}/events`, {
    headers: { accept: 'text/event-stream', ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }) },
    ...(signal === undefined ? {} : { signal }),
  });
}

function toMessage(kind: string, data: string): ExecutionMessage | undefined {
  switch (kind) {
    case 'snapshot':
      return { kind, details: JSON.parse(data) as ExecutionDetails };
    case 'execution':
    case 'laneRun':
    case 'task':
      return { kind, change: JSON.parse(data) as ChangeEvent };
    case 'progress':
      return { kind, data: JSON.parse(data) as unknown };
    default:
      return undefined; // A newer server may send more kinds.
  }
}

/** Asked anew each time: the flag changes while we wait. */
function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted ?? false;
}

async function pause(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  if (isAborted(signal)) return;
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, delayMs);
    signal?.addEventListener('abort', end, { once: true });
  });
}
