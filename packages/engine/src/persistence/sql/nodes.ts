/**
 * Nodes and their leases. One row per node is renewed however much the node works on: drivers and slices
 * carry (node, node token) and are alive exactly as long as that row is (design §3).
 *
 * Invariants: 1. A node token is never used twice: a restart gets the next one, so what the previous life
 * owned is dead at once. 2. Every decision about who is alive is made by the database's clock.
 */
import { defineVerb, type SqlTransaction } from '../sql.ts';

export interface NodeIdentity {
  readonly nodeId: string;
  readonly nodeToken: number;
}

export interface Registration {
  readonly nodeId: string;
  readonly leaseMs: number;
  /**
   * Token of the life that this process lost. Absent at its start, when it holds the data directory and thus knows
   * that nobody else lives; a process that was superseded waits until its successor's lease has ended.
   */
  readonly after?: number;
}

/** Registers a life of the node and returns its token; null while another process lives under the same id. */
export const registerNode = defineVerb(
  'registerNode',
  'control',
  async (tx, params: Registration): Promise<{ readonly nodeToken: number } | null> => {
    const now = await tx.now();
    const free = params.after === undefined ? '' : ' where node.token = ? or node.until_at <= ?';
    const row = await tx.get<{ token: number }>(
      `insert into node (id, token, until_at) values (?, 1, ?)
     on conflict (id) do update set token = node.token + 1, until_at = excluded.until_at${free}
     returning token`,
      [params.nodeId, now + params.leaseMs, ...(params.after === undefined ? [] : [params.after, now])],
    );
    return row === undefined ? null : { nodeToken: row.token };
  },
);

/** Extends the node's lease. False when another life of the node took over: this one must stop working. */
export const renewNode = defineVerb('renewNode', 'control', async (tx, params: NodeIdentity & { readonly leaseMs: number }) => {
  const until = (await tx.now()) + params.leaseMs;
  const changed = await tx.run('update node set until_at = ? where id = ? and token = ?', [until, params.nodeId, params.nodeToken]);
  return { alive: changed === 1 };
});

/** Ends the node's lease so that others take its work over at once. */
export const leaveNode = defineVerb('leaveNode', 'control', async (tx, params: NodeIdentity) => {
  await tx.run('update node set until_at = 0 where id = ? and token = ?', [params.nodeId, params.nodeToken]);
  await tx.run('update slice set node_id = null where node_id = ? and node_token = ?', [params.nodeId, params.nodeToken]);
  await tx.run('delete from driver where node_id = ? and node_token = ?', [params.nodeId, params.nodeToken]);
});

export async function isAlive(tx: SqlTransaction, node: NodeIdentity): Promise<boolean> {
  const row = await tx.get<{ until_at: number }>('select until_at from node where id = ? and token = ?', [node.nodeId, node.nodeToken]);
  return row !== undefined && row.until_at > (await tx.now());
}

export interface Drive {
  readonly executionId: string;
  /** Fencing token of this drive. */
  readonly token: number;
}

const freeExecutions = `
  select execution.id as id, driver.token as token
  from execution
  left join driver on driver.execution_id = execution.id
  left join node on node.id = driver.node_id and node.token = driver.node_token and node.until_at > ?
  where execution.phase in ('waiting', 'ongoing') and node.id is null
  limit ?`;

/** Takes executions that nobody drives, or whose driver is dead. */
export const acquireDrives = defineVerb(
  'acquireDrives',
  'control',
  async (tx, params: NodeIdentity & { readonly limit: number }): Promise<readonly Drive[]> => {
    if (!(await isAlive(tx, params))) return [];
    const free = await tx.all<{ id: string; token: number | null }>(freeExecutions, [await tx.now(), params.limit]);
    const taken: Drive[] = [];
    for (const { id, token } of free) {
      // Another node may take the same one at the same moment: the token in the condition lets only one win.
      const row = await tx.get<{ token: number }>(
        `insert into driver (execution_id, node_id, node_token, token) values (?, ?, ?, 1)
       on conflict (execution_id) do update set node_id = excluded.node_id, node_token = excluded.node_token, token = driver.token + 1
       where driver.token = ?
       returning token`,
        [id, params.nodeId, params.nodeToken, token ?? 0],
      );
      if (row !== undefined) taken.push({ executionId: id, token: row.token });
    }
    return taken;
  },
);

/** Takes one execution if it needs a driver and nobody alive drives it. */
export const acquireDrive = defineVerb(
  'acquireDrive',
  'control',
  async (tx, params: NodeIdentity & { readonly executionId: string }): Promise<Drive | null> => {
    if (!(await isAlive(tx, params))) return null;
    const row = await tx.get<{ token: number }>(
      `insert into driver (execution_id, node_id, node_token, token)
     select id, cast(? as text), cast(? as bigint), 1 from execution where id = ? and phase in ('waiting', 'ongoing')
     on conflict (execution_id) do update set node_id = excluded.node_id, node_token = excluded.node_token, token = driver.token + 1
     where not exists (select 1 from node where node.id = driver.node_id and node.token = driver.node_token and node.until_at > ?)
     returning token`,
      [params.nodeId, params.nodeToken, params.executionId, await tx.now()],
    );
    return row === undefined ? null : { executionId: params.executionId, token: row.token };
  },
);

/** True while this drive is the valid one; checked first by every transition that a driver writes. */
export async function holdsDrive(tx: SqlTransaction, drive: Drive & NodeIdentity): Promise<boolean> {
  const row = await tx.get(
    `select 1 as held from driver where execution_id = ? and node_id = ? and node_token = ? and token = ?${tx.dialect.forUpdate}`,
    [drive.executionId, drive.nodeId, drive.nodeToken, drive.token],
  );
  return row !== undefined;
}

/** Lets an execution go that needs no driver any more. */
export const releaseDrive = defineVerb('releaseDrive', 'control', async (tx, params: NodeIdentity & { readonly executionId: string }) => {
  await tx.run('delete from driver where execution_id = ? and node_id = ? and node_token = ?', [
    params.executionId,
    params.nodeId,
    params.nodeToken,
  ]);
});

/** Executions that this life of the node drives, as the database knows it. */
export const ownDrives = defineVerb('ownDrives', 'control', async (tx, params: NodeIdentity): Promise<readonly string[]> => {
  const found = await tx.all<{ id: string }>('select execution_id as id from driver where node_id = ? and node_token = ?', [
    params.nodeId,
    params.nodeToken,
  ]);
  return found.map((row) => row.id);
});

/** The database's clock, in milliseconds. */
export const databaseNow = defineVerb('databaseNow', 'read', async (tx, _params: null): Promise<number> => await tx.now());
