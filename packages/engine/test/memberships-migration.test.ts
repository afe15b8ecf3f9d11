/** Members of a database from before there was one relation for all of them (migration 0014), on real databases. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from 'pg';
import { groupPrivileges, openDatabase, Registry, spacePrivileges, type Database } from '@laneway/engine';
import { testDatabaseUrl } from '../../../test/support/postgres.ts';
import { getSpaceDetails } from '../src/persistence/sql/space-details.ts';
import { readMigrations } from '../src/persistence/migrate.ts';

const ledger =
  'create table migration (number integer primary key, name text not null, breaking integer not null, applied_at bigint not null)';

/** The schema before, and one row of each kind. */
function before(): string[] {
  const earlier = readMigrations().filter((migration) => migration.number < 14);
  const applied = earlier.map(
    ({ number, name, breaking }) => `insert into migration values (${number}, '${name}', ${breaking ? 1 : 0}, 0)`,
  );
  return [
    ledger,
    ...earlier.map((migration) => migration.sql),
    ...applied,
    `insert into account (id, full_name, privileges, token_secret, creation_time) values ('ada', 'Ada', '[]', 's', 0)`,
    `insert into space (id, name, path, readonly, owner_user_id, creation_time) values ('photos', 'photos', '/p', 0, 'ada', 0)`,
    `insert into space_member values ('photos', 'ada', '["space_view"]', 1)`,
    `insert into inventory values ('inventory', 'inventory', 'ada', 0)`,
    `insert into inventory_member values ('inventory', 'ada', '["atm_inventory_view"]')`,
    `insert into user_group values ('curators', 'curators', 'team', 'ada', 0), ('orphan', 'orphan', 'team', 'gone', 0)`,
    `insert into space_group values ('photos', 'curators')`,
  ];
}

const kinds = [
  {
    name: 'sqlite',
    open: async () => {
      const directory = await mkdtemp(join(tmpdir(), 'laneway-migration-'));
      const path = join(directory, 'laneway.db');
      const old = new DatabaseSync(path);
      for (const statement of before()) old.exec(statement);
      old.close();
      const database = await openDatabase({ kind: 'file', path });
      const close = async (): Promise<void> => {
        await database.close();
        await rm(directory, { recursive: true, force: true });
      };
      return { database, close };
    },
  },
  {
    name: 'postgres',
    open: async () => {
      const url = await testDatabaseUrl('migration');
      const old = new Client({ connectionString: url });
      await old.connect();
      for (const statement of before()) await old.query(statement);
      await old.end();
      const database = await openDatabase({ kind: 'postgres', url });
      return { database, close: async () => await database.close() };
    },
  },
] as const;

describe.each(kinds)('members from before, on $name', ({ open }) => {
  let database: Database;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ database, close } = await open());
  });
  afterAll(async () => await close());

  it('are members as they were; a group belongs to who made it, and is in its spaces with the member set', async () => {
    const registry = new Registry(database, 'zone');
    const [space, ada] = [{ type: 'space', id: 'photos' } as const, { type: 'user', id: 'ada' } as const];
    const curators = { type: 'group', id: 'curators' } as const;
    expect(await registry.members.get(space, ada)).toMatchObject({ privileges: ['space_view'], owner: true });
    expect(await registry.inventoryMember('inventory', 'ada')).toMatchObject({ privileges: ['atm_inventory_view'] });
    expect(await registry.members.get(space, curators)).toMatchObject({ privileges: spacePrivileges.member, owner: false });
    expect(await registry.members.get(curators, ada)).toMatchObject({ privileges: groupPrivileges.admin });
    expect(await registry.members.list({ type: 'group', id: 'orphan' }, 'user')).toEqual([]);
    expect(await registry.zonePrivileges(curators)).toEqual({ direct: [], effective: [] });
    expect(await database.call(getSpaceDetails, { id: 'photos' })).toMatchObject({
      description: '',
      tags: [],
      advertisedInMarketplace: false,
    });
  });
});
