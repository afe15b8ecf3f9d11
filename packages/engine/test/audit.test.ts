/** The audit of changes on real databases: each question is answered from an index, in the order of the answer. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Registry, type Database } from '@laneway/engine';
import { databaseKinds } from '../../../test/support/databases.ts';
import { changesSql, type AuditFilter } from '../src/persistence/sql/audit.ts';
import { analyze, explain } from './extension-verbs.ts';
import { withSuiteVerbs } from './suite-verbs.ts';

const everything: AuditFilter = {
  userId: null,
  entityId: null,
  operation: null,
  since: 0,
  until: Number.MAX_SAFE_INTEGER,
  before: null,
  limit: 3,
};

describe.each(databaseKinds)('the audit on $name', (kind) => {
  let database: Database;
  let close: () => Promise<void>;
  let registry: Registry;

  beforeAll(async () => {
    ({ database, close } = await withSuiteVerbs(kind).open('audit'));
    registry = new Registry(database, 'zone');
    // One change in four is among those that are asked for.
    for (let number = 0; number < 400; number += 1) {
      await registry.audit.record({
        userId: number % 4 === 0 ? 'ada' : `user${number}`,
        tokenId: 'token',
        address: '127.0.0.1',
        operation: number % 4 === 1 ? 'delete_user' : 'update_space',
        target: '/',
        details: { number },
        entityIds: [number % 4 === 2 ? 'space' : `other${number}`],
      });
    }
    await database.call(analyze, null);
  });
  afterAll(async () => await close());

  it.each([
    ['operation', { operation: 'delete_user' }, 'audit_entry_by_operation', 1],
    ['user', { userId: 'ada' }, 'audit_entry_by_user', 0],
    ['entity', { entityId: 'space' }, /audit_entity_pkey|sqlite_autoindex_audit_entity/, 2],
  ] as const)('by %s the newest are read from an index that has them in order', async (_name, asked, index, rest) => {
    const filter = { ...everything, ...asked };
    for (const before of [null, { at: Number.MAX_SAFE_INTEGER - 1, id: 'x' }]) {
      const plan = await database.call(explain, changesSql({ ...filter, before }));
      expect(plan).toMatch(index);
      expect(plan).not.toMatch(/\bSort\b|TEMP B-TREE|Seq Scan|\bSCAN\b/);
    }
    // Entries of one millisecond are in the order of their ids, which are random.
    const all = await registry.audit.list({ ...everything, limit: 1000 });
    const wanted = all.filter(({ details }) => (details as { number: number }).number % 4 === rest);
    const newest = wanted.toSorted((one, other) => other.at - one.at || (other.id > one.id ? 1 : -1));
    expect(newest).toHaveLength(100);
    const found = await registry.audit.list(filter);
    expect(found).toEqual(newest.slice(0, 3));
    const last = found.at(-1)!;
    expect(await registry.audit.list({ ...filter, before: { at: last.at, id: last.id } })).toEqual(newest.slice(3, 6));
  });
});
