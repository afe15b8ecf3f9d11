import type { LogEntry, StoreDetails, StoreEntry } from './shapes.ts';
import { entriesOf, fileNameOf, wholeBody, type DumpedEntry, type StoreDump } from './store-dump.ts';
import { idPath, type Transport } from './transport.ts';

const base = '/api/v3/oneprovider/automation/execution/stores';

export type BrowseOptions = Readonly<Record<string, string | number | boolean | undefined>>;

export interface EntriesOptions {
  /** Each entry tells where its value comes from. */
  readonly lineage?: boolean;
}

export interface LogQuery extends EntriesOptions {
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

/** Stores of executions: details, content page by page, dumps. */
export class StoresApi {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Its type and configuration. */
  async details(storeId: string): Promise<StoreDetails> {
    return await this.#transport.json('GET', base + idPath`/${storeId}`);
  }

  /** One page, exactly as the server answers it (data-and-stores §5). */
  async content(storeId: string, query: BrowseOptions = {}): Promise<unknown> {
    return await this.#transport.json('GET', base + idPath`/${storeId}/content`, { query });
  }

  /** All entries of a list, treeForest or exception store, in index order. */
  async *entries(storeId: string, options: EntriesOptions = {}): AsyncGenerator<StoreEntry> {
    for (let next = 0; ;) {
      const page = (await this.content(storeId, { ...options, index: String(next) })) as {
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
  async *logEntries(storeId: string, options: EntriesOptions = {}): AsyncGenerator<LogEntry> {
    for (let next = 0; ;) {
      const page = await this.logPage(storeId, { ...options, direction: 'forward_from_oldest', index: next });
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

  /** Everything that is in a store of any type now, as JSON Lines or CSV (extension). */
  async export(storeId: string, format: 'jsonl' | 'csv', signal?: AbortSignal): Promise<StoreDump> {
    const options = { query: { format }, ...(signal === undefined ? {} : { signal }) };
    const response = await this.#transport.send('GET', base + idPath`/${storeId}/export`, options);
    return { fileName: fileNameOf(response), body: wholeBody(this.#transport.server, response, signal) };
  }

  /** The same, entry by entry. */
  async *exported(storeId: string): AsyncGenerator<DumpedEntry> {
    const { body } = await this.export(storeId, 'jsonl');
    yield* entriesOf(body);
  }

  /** Trace id → index of the failed item in an exception store, null when it is not there (data-and-stores R45; extension). */
  async indicesByTraceIds(
    storeId: string,
    traceIds: readonly string[],
    timestamp?: number,
  ): Promise<Readonly<Record<string, string | null>>> {
    const query = { traceIds: JSON.stringify(traceIds), timestamp };
    return await this.#transport.json('GET', base + idPath`/${storeId}/indices`, { query });
  }
}
