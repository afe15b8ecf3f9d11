/** The audit of changes: who did what to which entity, when, and from where. */
import { newId } from '@laneway/model';
import { listChanges, recordChange, type AuditEntry, type AuditFilter } from '../persistence/sql/audit.ts';
import type { Database } from '../persistence/sql.ts';

export type Change = Omit<AuditEntry, 'id' | 'at'> & {
  /** Whatever the change is about, so that it is found by each of them. */
  readonly entityIds: readonly string[];
};

export class Audit {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async record(change: Change): Promise<void> {
    await this.#database.call(recordChange, { ...change, id: newId() });
  }

  /** Newest first. */
  async list(filter: AuditFilter): Promise<readonly AuditEntry[]> {
    return await this.#database.call(listChanges, filter);
  }
}
