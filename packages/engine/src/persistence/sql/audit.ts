/** Verbs over the audit of changes: written once, read newest first, removed when their time is over. */
import { defineVerb, type SqlValue, type Verb } from '../sql.ts';

export interface AuditEntry {
  readonly id: string;
  /** Milliseconds. */
  readonly at: number;
  readonly userId: string;
  readonly tokenId: string;
  /** Where the request came from. */
  readonly address: string;
  readonly operation: string;
  /** The path of the request, with its ids. */
  readonly target: string;
  /** What was given, without secrets and long values. */
  readonly details: unknown;
}

interface Row {
  readonly id: string;
  readonly at: number;
  readonly user_id: string;
  readonly token_id: string;
  readonly address: string;
  readonly operation: string;
  readonly target: string;
  readonly details: string;
}

const columns = 'id, at, user_id, token_id, address, operation, target, details';

function entryOf(row: Row): AuditEntry {
  const { id, at, user_id: userId, token_id: tokenId, address, operation, target } = row;
  return { id, at, userId, tokenId, address, operation, target, details: JSON.parse(row.details) as unknown };
}

export const recordChange = defineVerb(
  'recordChange',
  'control',
  async (tx, params: Omit<AuditEntry, 'at'> & { readonly entityIds: readonly string[] }): Promise<void> => {
    const at = await tx.now();
    const { id, userId, tokenId, address, operation, target, details, entityIds } = params;
    const values = [id, at, userId, tokenId, address, operation, target, JSON.stringify(details)];
    await tx.run(`insert into audit_entry (${columns}) values (?, ?, ?, ?, ?, ?, ?, ?)`, values);
    for (const entityId of new Set(entityIds)) {
      await tx.run('insert into audit_entity (entity_id, at, entry_id) values (?, ?, ?)', [entityId, at, id]);
    }
  },
);

export interface AuditFilter {
  /** null = any. */
  readonly userId: string | null;
  readonly entityId: string | null;
  readonly operation: string | null;
  /** Milliseconds; inclusive. */
  readonly since: number;
  /** Milliseconds; exclusive. */
  readonly until: number;
  /** The last entry of the page before; null = from the newest. */
  readonly before: Pick<AuditEntry, 'at' | 'id'> | null;
  readonly limit: number;
}

/** The statement that reads a page; each filter has an index in the order of the page. */
export function changesSql(filter: AuditFilter): { readonly text: string; readonly values: readonly SqlValue[] } {
  const { userId, entityId, operation, since, until, before, limit } = filter;
  const ofEntity = entityId !== null;
  const at = ofEntity ? 's.at' : 'e.at';
  const id = ofEntity ? 's.entry_id' : 'e.id';
  const where = [`${at} >= ?`, `${at} < ?`];
  const values: SqlValue[] = [since, until];
  const add = (condition: string, ...more: SqlValue[]): void => {
    where.push(condition);
    values.push(...more);
  };
  if (before !== null) add(`(${at}, ${id}) < (?, ?)`, before.at, before.id);
  if (ofEntity) add('s.entity_id = ?', entityId);
  if (userId !== null) add('e.user_id = ?', userId);
  if (operation !== null) add('e.operation = ?', operation);
  const from = ofEntity ? 'audit_entity s join audit_entry e on e.id = s.entry_id' : 'audit_entry e';
  const selected = columns.split(', ').map((column) => `e.${column}`);
  return {
    text: `select ${selected.join(', ')} from ${from} where ${where.join(' and ')} order by ${at} desc, ${id} desc limit ?`,
    values: [...values, limit],
  };
}

/** Newest first. */
export const listChanges = defineVerb('listChanges', 'read', async (tx, filter: AuditFilter): Promise<readonly AuditEntry[]> => {
  const { text, values } = changesSql(filter);
  return (await tx.all<Row>(text, values)).map(entryOf);
});

/** Removes a page of entries that are older; true when there may be more. */
export const expireChanges = defineVerb(
  'expireChanges',
  'control',
  async (tx, params: { readonly retentionMs: number; readonly limit: number }): Promise<boolean> => {
    const before = (await tx.now()) - params.retentionMs;
    const old = await tx.all<{ id: string; at: number }>('select id, at from audit_entry where at < ? order by at, id limit ?', [
      before,
      params.limit,
    ]);
    const last = old.at(-1);
    if (last === undefined) return false;
    await tx.run('delete from audit_entity where at < ? or (at = ? and entry_id <= ?)', [last.at, last.at, last.id]);
    await tx.run('delete from audit_entry where at < ? or (at = ? and id <= ?)', [last.at, last.at, last.id]);
    return old.length === params.limit;
  },
);

export const auditVerbs = [recordChange, listChanges, expireChanges] as unknown as readonly Verb<never, unknown>[];
