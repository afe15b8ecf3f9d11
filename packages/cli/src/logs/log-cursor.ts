/** A place in one audit log, moved entry by entry; it holds one page at a time, so that a log may have any length. */
import { ApiError, type LanewayClient, type LogEntry } from '@laneway/client';
import type { LogSource } from './log-sources.ts';

export interface LogLine {
  readonly entry: LogEntry;
  readonly source: LogSource;
}

/** Where to begin: at the oldest entry, at a moment (milliseconds), or at an index. */
export type LogStart =
  | { readonly at: 'oldest' }
  | { readonly at: 'time'; readonly timestamp: number }
  | { readonly at: 'index'; readonly index: number };

/** Entries of a page: fewer when many logs are read side by side. */
export function pageLimit(logs: number): number {
  return Math.max(20, Math.min(500, Math.floor(10_000 / Math.max(1, logs))));
}

/** Runs from the oldest entry to the newest; `reopen` lets it look for what was added since. */
export class ForwardCursor {
  source: LogSource;
  readonly #limit: number;
  #start: LogStart;
  #page: LogEntry[] = [];
  #isAtEnd = false;

  constructor(source: LogSource, start: LogStart, limit: number) {
    this.source = source;
    this.#start = start;
    this.#limit = limit;
  }

  /** The next entry, which stays the next one until it is taken; undefined at the end. */
  async peek(client: LanewayClient): Promise<LogEntry | undefined> {
    if (this.#page.length === 0 && !this.#isAtEnd) {
      const page = await readPage(client, this.source.storeId, {
        direction: 'forward_from_oldest',
        ...queryOf(this.#start),
        limit: this.#limit,
      });
      this.#page = [...page.logEntries].toReversed();
      this.#isAtEnd = page.isLast;
    }
    return this.#page.at(-1);
  }

  take(): void {
    const entry = this.#page.pop();
    if (entry !== undefined) this.#start = { at: 'index', index: Number(entry.index) + 1 };
  }

  reopen(): void {
    if (this.#page.length === 0) this.#isAtEnd = false;
  }
}

/** Runs from the newest entry to the oldest, over what was there when it began. */
export class BackwardCursor {
  readonly source: LogSource;
  readonly #limit: number;
  /** Index of the newest entry, once it was looked at; null in an empty log. */
  newest: number | null = null;
  #next: number | undefined;
  #page: LogEntry[] = [];
  #isAtEnd = false;

  constructor(source: LogSource, limit: number) {
    this.source = source;
    this.#limit = limit;
  }

  async peek(client: LanewayClient): Promise<LogEntry | undefined> {
    if (this.#page.length === 0 && !this.#isAtEnd) {
      const index = this.#next === undefined ? {} : { index: this.#next };
      const page = await readPage(client, this.source.storeId, { direction: 'backward_from_newest', ...index, limit: this.#limit });
      this.newest ??= page.logEntries[0] === undefined ? null : Number(page.logEntries[0].index);
      this.#page = [...page.logEntries].toReversed();
      this.#isAtEnd = page.isLast;
    }
    return this.#page.at(-1);
  }

  take(): void {
    const entry = this.#page.pop();
    if (entry === undefined) return;
    this.#next = Number(entry.index) - 1;
    if (this.#next < 0) this.#isAtEnd = true;
  }
}

type Query = Parameters<LanewayClient['stores']['logPage']>[1];

function queryOf(start: LogStart): Pick<Query, 'index' | 'timestamp'> {
  if (start.at === 'oldest') return { index: 0 };
  return start.at === 'time' ? { timestamp: start.timestamp } : { index: start.index };
}

/** A log that nobody wrote to yet is empty (data-and-stores R39). */
async function readPage(client: LanewayClient, storeId: string, query: Query): ReturnType<LanewayClient['stores']['logPage']> {
  try {
    return await client.stores.logPage(storeId, query);
  } catch (error) {
    if (error instanceof ApiError && error.error.id === 'notFound') return { logEntries: [], isLast: true };
    throw error;
  }
}
