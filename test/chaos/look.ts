/** Looking at PostgreSQL from outside the engine: who lives, who drives, by the database's own clock. */
import { Client } from 'pg';

export interface DriverRow {
  readonly executionId: string;
  readonly nodeId: string;
  readonly nodeToken: number;
  /** Of the drive. */
  readonly token: number;
  readonly phase: string;
  readonly status: string;
}

export interface Look {
  /** One row for each execution that is neither ended nor suspended and has a driver row. */
  readonly drivers: () => Promise<readonly DriverRow[]>;
  /** Executions that need a driver. */
  readonly open: () => Promise<readonly string[]>;
  /** Token of a node's life. */
  readonly nodeToken: (nodeId: string) => Promise<number>;
  readonly close: () => Promise<void>;
}

export async function lookAt(url: string): Promise<Look> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  return {
    drivers: async () => {
      const { rows } = await client.query(
        `select driver.execution_id as "executionId", driver.node_id as "nodeId", driver.node_token::int as "nodeToken",
                driver.token::int as token, execution.phase as phase, execution.status as status
         from driver join execution on execution.id = driver.execution_id where execution.phase in ('waiting', 'ongoing')`,
      );
      return rows as DriverRow[];
    },
    open: async () => {
      const { rows } = await client.query(`select id from execution where phase in ('waiting', 'ongoing')`);
      return (rows as { id: string }[]).map(({ id }) => id);
    },
    nodeToken: async (nodeId) => {
      const { rows } = await client.query('select token::int as token from node where id = $1', [nodeId]);
      return (rows as { token: number }[])[0]?.token ?? 0;
    },
    close: async () => await client.end(),
  };
}

/** The first answer that satisfies the condition, with the time it took; throws with the last one when none does. */
export async function untilSeen<T>(
  what: string,
  look: () => Promise<T>,
  holds: (state: T) => boolean,
  timeoutMs = 60_000,
): Promise<{ readonly state: T; readonly tookMs: number }> {
  const startedAt = performance.now();
  for (;;) {
    const state = await look();
    const tookMs = performance.now() - startedAt;
    if (holds(state)) return { state, tookMs };
    if (tookMs > timeoutMs) throw new Error(`${what} did not come: ${JSON.stringify(state)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
