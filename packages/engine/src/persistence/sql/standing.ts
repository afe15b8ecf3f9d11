/** What an execution waits for, as far as the database knows: its driver, the work in hand, what is left to claim. */
import { defineVerb } from '../sql.ts';
import type { NodeIdentity } from './nodes.ts';

/** Why a driver does not get on. */
export interface DriverNote {
  readonly error: string;
  /** Times in a row. */
  readonly failures: number;
  /** Milliseconds, database time; when it is tried again. */
  readonly nextAt: number;
}

export interface Standing {
  readonly nowMs: number;
  readonly driver: {
    readonly nodeId: string;
    readonly isAlive: boolean;
    readonly untilAt: number;
    readonly note: DriverNote | null;
  } | null;
  /** Nodes that hold slices of the lane run. */
  readonly workers: readonly string[];
  readonly openBatches: number;
  /** Batches that nobody has claimed yet; null without a gate. */
  readonly unclaimedBatches: number | null;
  /** A tree is still being walked. */
  readonly isGrowing: boolean;
}

export const standing = defineVerb(
  'standing',
  'read',
  async (tx, params: { readonly executionId: string; readonly laneRunId: string }): Promise<Standing> => {
    const { executionId, laneRunId } = params;
    const now = await tx.now();
    const driver = await tx.get<{ node_id: string; note: string | null; until_at: number | null }>(
      `select driver.node_id, driver.note, node.until_at from driver
       left join node on node.id = driver.node_id and node.token = driver.node_token where driver.execution_id = ?`,
      [executionId],
    );
    const workers = await tx.all<{ node_id: string }>(
      'select distinct node_id from slice where lane_run_id = ? and node_id is not null order by node_id',
      [laneRunId],
    );
    const open = await tx.get<{ count: number }>('select count(*) as count from batch where lane_run_id = ?', [laneRunId]);
    const gate = await tx.get<{ known: number; frontier: number; batch_size: number; complete: number }>(
      'select known, frontier, batch_size, complete from gate where lane_run_id = ?',
      [laneRunId],
    );
    return {
      nowMs: now,
      driver:
        driver === undefined
          ? null
          : {
              nodeId: driver.node_id,
              isAlive: (driver.until_at ?? 0) > now,
              untilAt: driver.until_at ?? 0,
              note: driver.note === null ? null : (JSON.parse(driver.note) as DriverNote),
            },
      workers: workers.map((row) => row.node_id),
      openBatches: open?.count ?? 0,
      unclaimedBatches: gate === undefined ? null : Math.max(0, Math.ceil(gate.known / gate.batch_size) - gate.frontier),
      isGrowing: gate?.complete === 0,
    };
  },
);

/** The driver says why it does not get on, or that it does again. */
export const noteDriver = defineVerb(
  'noteDriver',
  'control',
  async (
    tx,
    params: NodeIdentity & {
      readonly executionId: string;
      readonly note: (Omit<DriverNote, 'nextAt'> & { readonly pauseMs: number }) | null;
    },
  ): Promise<void> => {
    const { executionId, nodeId, nodeToken, note } = params;
    const text =
      note === null
        ? null
        : JSON.stringify({
            error: note.error,
            failures: note.failures,
            nextAt: (await tx.now()) + note.pauseMs,
          } satisfies DriverNote);
    await tx.run('update driver set note = ? where execution_id = ? and node_id = ? and node_token = ?', [
      text,
      executionId,
      nodeId,
      nodeToken,
    ]);
  },
);
