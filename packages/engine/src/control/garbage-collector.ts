/**
 * Garbage collection (execution §15.5): discards executions that were suspended or ended for longer than their retention,
 * ended ones first, and what else has had its time. One durable timer for all nodes, so that one of them does it, and
 * another one if that one dies. What is discarded is purged by `purge`, in small commits.
 */
import type { Logger } from '../logger.ts';
import { expireChanges } from '../persistence/sql/audit.ts';
import { expireBulkJobs } from '../persistence/sql/bulk-jobs.ts';
import { discardedExecutions, discardExpired, purgeExecution } from '../persistence/sql/deletion.ts';
import { expireRequestKeys } from '../persistence/sql/request-keys.ts';
import { ensureTimer, holdTimer, releaseTimer, type TakenTimer } from '../persistence/sql/timers.ts';
import type { Database } from '../persistence/sql.ts';

export const garbageCollectionKind = 'garbageCollection';

export interface Retention {
  readonly suspendedMs: number;
  readonly endedMs: number;
  readonly bulkMs: number;
  readonly auditMs: number;
  readonly intervalMs: number;
}

const pageSize = 100;
const holdMs = 60_000;
/** How long a purge goes on before others have their turn. */
const purgeMs = 500;

export class GarbageCollector {
  readonly #database: Database;
  readonly #retention: Retention;
  readonly #log: Logger;

  constructor(parts: { readonly database: Database; readonly retention: Retention; readonly log: Logger }) {
    this.#database = parts.database;
    this.#retention = parts.retention;
    this.#log = parts.log;
  }

  /** The first run is one interval after the first start; later starts leave its time alone. */
  async arm(): Promise<void> {
    await this.#database.call(ensureTimer, {
      id: garbageCollectionKind,
      kind: garbageCollectionKind,
      executionId: '',
      delayMs: this.#retention.intervalMs,
      body: '{}',
    });
  }

  async run(timer: TakenTimer): Promise<void> {
    let { heldUntil } = timer;
    const discarded = await this.collect(async () => {
      const held = await this.#database.call(holdTimer, { id: timer.id, heldUntil, holdMs });
      if (held === null) return false;
      heldUntil = held;
      return true;
    });
    if (discarded > 0) this.#log.info({ event: 'executionsExpired', count: discarded }, 'expired executions were discarded');
    await this.#database.call(releaseTimer, { id: timer.id, heldUntil, delayMs: this.#retention.intervalMs });
  }

  /** One run; `goesOn` is asked between pages. Returns how many executions were discarded. */
  async collect(goesOn: () => Promise<boolean> = async () => await Promise.resolve(true)): Promise<number> {
    const { endedMs, suspendedMs, bulkMs, auditMs } = this.#retention;
    let discarded = 0;
    for (const [phase, retentionMs] of [
      ['ended', endedMs],
      ['suspended', suspendedMs],
    ] as const) {
      for (let count = pageSize; count === pageSize; discarded += count) {
        count = await this.#database.call(discardExpired, { phase, retentionMs, limit: pageSize });
        if (!(await goesOn())) return discarded + count;
      }
    }
    while (await this.#database.call(expireRequestKeys, { limit: 500 })) if (!(await goesOn())) return discarded;
    while (await this.#database.call(expireBulkJobs, { retentionMs: bulkMs, limit: 500 })) if (!(await goesOn())) return discarded;
    while (await this.#database.call(expireChanges, { retentionMs: auditMs, limit: 500 })) if (!(await goesOn())) return discarded;
    return discarded;
  }

  /** Removes discarded executions piece by piece, so that no purge holds anything up; leaves the rest to the next turn. */
  async purge(): Promise<void> {
    const until = performance.now() + purgeMs;
    for (;;) {
      const found = await this.#database.call(discardedExecutions, { limit: 50 });
      for (const executionId of found) {
        while (!(await this.#database.call(purgeExecution, { executionId }))) if (performance.now() > until) return;
        if (performance.now() > until) return;
      }
      if (found.length < 50) return;
    }
  }
}
