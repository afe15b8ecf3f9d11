/** A node that is suspended in the middle of a transaction (T6): what it has locked is there for the others before its lease has run out. */
import { describe, expect, it } from 'vitest';
import { defineVerb } from '@laneway/engine';
import { acquireDrive, registerNode } from '../src/persistence/sql/nodes.ts';
import { sharedPostgres } from '../../../test/support/databases.ts';

describe('a transaction that its node does not go on with, on PostgreSQL', () => {
  it('loses its locks by itself, and cannot be committed any more', { timeout: 60_000 }, async () => {
    const kind = await sharedPostgres('locks');
    const [first, second] = [await kind.open('first'), await kind.open('second')];
    let goOn = (): void => undefined;
    let locked = (): void => undefined;
    const isLocked = new Promise<void>((resolve) => (locked = resolve));
    const woken = new Promise<void>((resolve) => (goOn = resolve));
    const suspended = defineVerb('suspendedVerb', 'control', async (tx, _params: null) => {
      await tx.run("insert into driver (execution_id, node_id, node_token, token) values ('execution', 'gone', 1, 1)");
      locked();
      await woken;
      return await tx.run("update driver set token = 2 where execution_id = 'execution'");
    });
    try {
      const node = await second.database.call(registerNode, { nodeId: 'other', leaseMs: 60_000 });
      await second.database.call(insertExecutionRow, null);
      const outcome = first.database.call(suspended, null).then(
        () => 'committed',
        () => 'refused',
      );
      await isLocked;
      const drive = await second.database.call(acquireDrive, {
        nodeId: 'other',
        nodeToken: node?.nodeToken ?? 0,
        executionId: 'execution',
      });
      expect(drive).toEqual({ executionId: 'execution', token: 1 });
      goOn();
      expect(await outcome).toBe('refused');
    } finally {
      await first.close();
      await second.close();
    }
  });
});

const insertExecutionRow = defineVerb('insertExecutionRow', 'control', async (tx, _params: null) => {
  const columns = await tx.all<{ name: string; type: string }>(
    `select column_name as name, data_type as type from information_schema.columns where table_name = 'execution' and is_nullable = 'NO'`,
  );
  const value = ({ name, type }: { name: string; type: string }): string | number => {
    if (name === 'id') return 'execution';
    if (name === 'phase') return 'ongoing';
    return type === 'text' ? '' : 0;
  };
  await tx.run(
    `insert into execution (${columns.map(({ name }) => name).join(', ')}) values (${columns.map(() => '?').join(', ')})`,
    columns.map(value),
  );
});
