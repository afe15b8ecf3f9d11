/** Dumps of stores: bytes as they come, and the entries of JSON Lines. */
import type { ErrorObject } from '@laneway/model';
import { UnreachableError } from './errors.ts';
import type { LogEntry } from './shapes.ts';

/** What a line of a dump holds, by the type of the store. */
export type DumpedEntry =
  /** `traceId` in exception stores. */
  | { readonly index: string; readonly traceId?: string; readonly value: unknown }
  | { readonly index: string; readonly traceId?: string; readonly error: ErrorObject }
  | LogEntry
  | { readonly series: string; readonly metric: string; readonly timestamp: number; readonly value: number };

export interface StoreDump {
  readonly fileName: string;
  readonly body: AsyncIterable<Uint8Array>;
}

/** The body of an answer; one that breaks off rejects, so that a part is never taken for the whole. */
export async function* wholeBody(server: string, response: Response, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    if (response.body !== null) for await (const piece of response.body as AsyncIterable<Uint8Array>) yield piece;
  } catch (error) {
    signal?.throwIfAborted();
    throw new UnreachableError(server, error);
  }
}

export function fileNameOf(response: Response): string {
  return /filename="([^"/\\]*)"/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? '';
}

export async function* entriesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<DumpedEntry> {
  const decoder = new TextDecoder();
  let parts: string[] = [];
  for await (const piece of body) {
    const lines = decoder.decode(piece, { stream: true }).split('\n');
    for (const line of lines.slice(0, -1)) {
      yield JSON.parse(parts.join('') + line) as DumpedEntry;
      parts = [];
    }
    parts.push(lines.at(-1) ?? '');
  }
}
