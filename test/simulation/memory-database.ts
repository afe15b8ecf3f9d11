/** One database in memory for all simulations of a process, emptied before each: its statements are prepared once. */
import { openDatabase, type Database, type SqlTransaction } from '@laneway/engine';
import { createSpace } from '../../packages/engine/src/persistence/sql/files.ts';

export const spaceId = 'space';

const tables = [
  'execution',
  'snapshot',
  'event',
  'archived_lane_run',
  'task',
  'node',
  'driver',
  'gate',
  'slice',
  'batch',
  'counter',
  'timer',
  'store',
  'store_tail',
  'store_chunk',
  'store_content',
  'space',
  'membership',
];

const empty = {
  name: 'simulationEmpty',
  class: 'control',
  run: async (tx: SqlTransaction) => {
    for (const table of tables) await tx.run(`delete from ${table}`);
  },
} as const;

let now: () => number = Date.now;
let shared: Database | undefined;

/** `clock`: the database's time in milliseconds, until the next simulation begins. */
export async function emptyDatabase(clock: () => number): Promise<Database> {
  now = clock;
  shared ??= await openDatabase({ kind: 'memory', now: () => now() });
  await shared.call(empty, null);
  const space = { id: spaceId, name: 'space', path: '/nowhere/space', readonly: false, ownerUserId: 'user', ownerPrivileges: null };
  await shared.call(createSpace, space);
  return shared;
}
