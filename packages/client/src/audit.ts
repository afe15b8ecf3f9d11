import type { Transport } from './transport.ts';

/** One change that was made over the API. */
export interface ChangeRecord {
  readonly id: string;
  /** Milliseconds. */
  readonly at: number;
  readonly userId: string;
  readonly tokenId: string;
  /** Where the request came from. */
  readonly address: string;
  readonly operation: string;
  readonly target: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface ChangeQuery {
  readonly user?: string;
  readonly entity?: string;
  readonly operation?: string;
  /** Milliseconds; `until` is not included. */
  readonly since?: number;
  readonly until?: number;
}

interface Page {
  readonly changes: readonly ChangeRecord[];
  readonly nextPageToken: string | null;
}

/** The audit of changes, for administrators. */
export class AuditApi {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Newest first. */
  async *changes(query: ChangeQuery = {}): AsyncGenerator<ChangeRecord> {
    for (let token: string | undefined; ;) {
      const page: Page = await this.#transport.json('GET', '/api/v3/onezone/audit', { query: { ...query, token } });
      yield* page.changes;
      if (page.nextPageToken === null) return;
      token = page.nextPageToken;
    }
  }
}
