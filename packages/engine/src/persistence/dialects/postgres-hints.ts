/**
 * Hints over LISTEN/NOTIFY: one connection of its own, so that no transaction of the data plane ever notifies
 * (notifying serialises commits) or holds up the queue.
 *
 * The channel is `connecting`, then `listening`, after a loss `waiting` for its next attempt, and at last `closed`.
 * Invariants: 1. At most one connection. 2. At most one notification for each execution and 20 ms, all that wait in
 * one statement. 3. What cannot be sent waits for the connection, bounded; what is lost all the same is found by the
 * polls of the others. 4. Nothing here rejects or throws.
 */
import { Client } from 'pg';
import type { HintChannel, HintListener, News } from '../hints.ts';

const channelName = 'laneway_hints';
/** By this name an operator finds the connection in `pg_stat_activity`. */
export const hintsApplicationName = 'laneway-hints';
const paceMs = 20;
const firstPauseMs = 100;
const longestPauseMs = 30_000;
/** A server that vanished without a word is found out by the next notification. */
const answerTimeoutMs = 10_000;
const endTimeoutMs = 1000;
const maxPending = 5000;
/** Rows of one statement; whatever is beyond it goes with the next one. */
const maxPerStatement = 500;

export class PostgresHints implements HintChannel {
  readonly #url: string;
  readonly #onHint: HintListener;
  readonly #pending = new Map<string, News>();
  #client: Client | undefined;
  #isListening = false;
  #isClosed = false;
  #failures = 0;
  #sending = false;
  #sentAt = Number.NEGATIVE_INFINITY;
  #paceTimer: NodeJS.Timeout | undefined;
  #retryTimer: NodeJS.Timeout | undefined;

  constructor(url: string, onHint: HintListener) {
    this.#url = url;
    this.#onHint = onHint;
    this.#connect();
  }

  send(executionId: string, news: News): void {
    if (this.#isClosed || (this.#pending.size >= maxPending && !this.#pending.has(executionId))) return;
    if (news === 'changed' || !this.#pending.has(executionId)) this.#pending.set(executionId, news);
    this.#schedule();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#isListening = false;
    clearTimeout(this.#paceTimer);
    clearTimeout(this.#retryTimer);
    const client = this.#client;
    this.#client = undefined;
    if (client === undefined) return;
    // A server that does not answer must not hold up the end: the connection goes by itself.
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, endTimeoutMs)));
    await Promise.race([client.end().catch(() => undefined), patience]);
    clearTimeout(timer);
  }

  #connect(): void {
    const client = new Client({
      connectionString: this.#url,
      application_name: hintsApplicationName,
      keepAlive: true,
      connectionTimeoutMillis: answerTimeoutMs,
      query_timeout: answerTimeoutMs,
    });
    this.#client = client;
    client.on('error', () => this.#lost(client));
    client.on('end', () => this.#lost(client));
    client.on('notification', (message) => {
      // A session hears itself too.
      if ('processID' in client && message.processId === client.processID) return;
      this.#received(message.payload ?? '');
    });
    void this.#listen(client);
  }

  async #listen(client: Client): Promise<void> {
    try {
      await client.connect();
      await client.query(`listen ${channelName}`);
    } catch {
      this.#lost(client);
    }
    if (this.#client !== client) return;
    this.#isListening = true;
    this.#failures = 0;
    this.#schedule();
  }

  #lost(client: Client): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    this.#isListening = false;
    client.end().catch(() => undefined);
    if (this.#isClosed) return;
    const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(this.#failures, 20)) * (0.5 + Math.random() / 2);
    this.#failures += 1;
    this.#retryTimer = setTimeout(() => this.#connect(), pauseMs);
  }

  #received(payload: string): void {
    const executionId = payload.slice(1);
    if (payload.startsWith('c')) this.#onHint(executionId, 'changed');
    else if (payload.startsWith('p')) this.#onHint(executionId, 'progressed');
  }

  /** The first hint goes at once, those of the next 20 ms together. */
  #schedule(): void {
    if (!this.#isListening || this.#sending || this.#paceTimer !== undefined || this.#pending.size === 0) return;
    this.#paceTimer = setTimeout(
      () => {
        this.#paceTimer = undefined;
        void this.#flush();
      },
      Math.max(0, this.#sentAt + paceMs - performance.now()),
    );
  }

  async #flush(): Promise<void> {
    const client = this.#client;
    if (client === undefined || !this.#isListening || this.#pending.size === 0) return;
    const due = [...this.#pending].slice(0, maxPerStatement);
    for (const [executionId] of due) this.#pending.delete(executionId);
    this.#sending = true;
    this.#sentAt = performance.now();
    const payloads = due.map(([executionId, news]) => `${news === 'changed' ? 'c' : 'p'}${executionId}`);
    try {
      await client.query('select pg_notify($1, payload) from unnest($2::text[]) as payload', [channelName, payloads]);
    } catch {
      this.#lost(client);
    } finally {
      this.#sending = false;
      this.#schedule();
    }
  }
}
