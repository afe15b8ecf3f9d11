import type { LogEntry, StoreDetails, StoreEntry } from './shapes.ts';
import { idPath, type Transport } from './transport.ts';

const base = '/api/v3/oneprovider/automation/execution/stores';

export type BrowseOptions = Readonly<Record<string, string | number | boolean | undefined>>;

export interface LogQuery {
  readonly direction: 'forward_from_oldest' | 'backward_from_newest';
  readonly index?: number;
  /** Milliseconds; wins over the index. */
  readonly timestamp?: number;
  readonly limit?: number;
}

export interface LogPage {
  readonly logEntries: readonly LogEntry[];
  readonly isLast: boolean;
}

/** Stores of executions: details, content page by page, dumps of audit logs. */
export class StoresApi {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async details(storeId: string): Promise<StoreDetails> {
    return await this.#transport.json('GET', base + idPath`/${storeId}`);
  }

  /** One page, exactly as the server answers it (data-and-stores §5). */
  async content(storeId: string, query: BrowseOptions = {}): Promise<unknown> {
    return await this.#transport.json('GET', base + idPath`/${storeId}/content`, { query });
  }

  /** All entries of a list, treeForest or exception store, in index order. */
  async *entries(storeId: string): AsyncGenerator<StoreEntry> {
    for (let next = 0; ;) {
      const page = (await this.content(storeId, { index: String(next) })) as {
        items?: readonly StoreEntry[];
        treeRoots?: readonly StoreEntry[];
        isLast: boolean;
      };
      const entries = page.items ?? page.treeRoots ?? [];
      yield* entries;
      const last = entries.at(-1);
      if (page.isLast || last === undefined) return;
      next = Number(last.index) + 1;
    }
  }

  /** A piece of an audit log, from an index or a moment on; `notFound` also when nobody wrote to the log (data-and-stores R39). */
  async logPage(storeId: string, query: LogQuery): Promise<LogPage> {
    const { index, ...rest } = query;
    const options = { ...rest, ...(index === undefined ? {} : { index: String(index) }) };
    return (await this.content(storeId, { ...options, type: 'auditLogStoreContentBrowseOptions' })) as LogPage;
  }

  /** All entries of an audit log, oldest first. */
  async *logEntries(storeId: string): AsyncGenerator<LogEntry> {
    for (let next = 0; ;) {
      const page = await this.logPage(storeId, { direction: 'forward_from_oldest', index: next });
      yield* page.logEntries;
      const last = page.logEntries.at(-1);
      if (page.isLast || last === undefined) return;
      next = Number(last.index) + 1;
    }
  }

  /** The body of the dump of an audit log, to be written where it goes. */
  async dump(storeId: string): Promise<ReadableStream<Uint8Array> | null> {
    const response = await this.#transport.send('GET', base + idPath`/${storeId}/dump`);
    return response.body;
  }
}
