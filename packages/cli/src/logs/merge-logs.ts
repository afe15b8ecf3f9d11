/** Several logs as one, by time; entries of the same moment in the order of their logs. */
import type { LanewayClient, LogEntry } from '@laneway/client';
import { BackwardCursor, pageLimit, type ForwardCursor, type LogLine } from './log-cursor.ts';
import type { LogSource } from './log-sources.ts';

/** Oldest first, until every cursor is at its end. An entry is taken when the next one is asked for: what was not used is not lost. */
export async function* mergeForward(client: LanewayClient, cursors: readonly ForwardCursor[]): AsyncGenerator<LogLine> {
  for (;;) {
    let first: { readonly cursor: ForwardCursor; readonly entry: LogEntry } | undefined;
    for (const cursor of cursors) {
      const entry = await cursor.peek(client);
      if (entry !== undefined && (first === undefined || entry.timestamp < first.entry.timestamp)) first = { cursor, entry };
    }
    if (first === undefined) return;
    yield { entry: first.entry, source: first.cursor.source };
    first.cursor.take();
  }
}

export interface Tail {
  /** Oldest first. */
  readonly lines: readonly LogLine[];
  /** Store id → index of the first entry that came after them. */
  readonly nextIndex: ReadonlyMap<string, number>;
}

/** The last entries that are wanted, not older than `since`; no more of the logs is read than that takes. */
export async function readTail(
  client: LanewayClient,
  sources: readonly LogSource[],
  wanted: { readonly count: number; readonly since: number | undefined; readonly isWanted: (entry: LogEntry) => boolean },
): Promise<Tail> {
  const limit = pageLimit(sources.length);
  const cursors = sources.map((source) => new BackwardCursor(source, limit));
  const lines: LogLine[] = [];
  for (const cursor of cursors) await cursor.peek(client);
  const nextIndex = new Map(cursors.map(({ source, newest }) => [source.storeId, newest === null ? 0 : newest + 1]));
  while (lines.length < wanted.count) {
    let last: { readonly cursor: BackwardCursor; readonly entry: LogEntry } | undefined;
    for (const cursor of cursors) {
      const entry = await cursor.peek(client);
      if (entry !== undefined && (last === undefined || entry.timestamp >= last.entry.timestamp)) last = { cursor, entry };
    }
    if (last === undefined || last.entry.timestamp < (wanted.since ?? 0)) break;
    if (wanted.isWanted(last.entry)) lines.push({ entry: last.entry, source: last.cursor.source });
    last.cursor.take();
  }
  return { lines: lines.reverse(), nextIndex };
}
