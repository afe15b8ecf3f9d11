/**
 * The one way in which an execution changes: the new document, its events and its effects in one transaction,
 * on condition that nobody changed it meanwhile and, for a driver, that it still holds its drive.
 */
import type { Change, Effect, Execution, LaneRun } from '@laneway/model';
import type { LogWrite } from '../../stores/writes.ts';
import { defineVerb, type SqlTransaction } from '../sql.ts';
import { finishCreation } from './creations.ts';
import { closeSlices, suspendSlices } from './counters.ts';
import { placeMark, removeMark, type EffectMark } from './effect-marks.ts';
import { appendEvents } from './events.ts';
import { insertExecution, replaceExecution } from './executions.ts';
import { closeGate, openGate } from './gates.ts';
import { walkStoreId } from './lane-input.ts';
import { holdsDrive, type Drive, type NodeIdentity } from './nodes.ts';
import { rows } from './placeholders.ts';
import { applyStoreWrites, deleteStores, insertStores, setFrozen, type NewStore } from './stores.ts';
import { insertTimer, timerAt, type NewTimer } from './timers.ts';

/** Stores and tasks that come to life with a transition. */
export interface NewComponents {
  readonly stores: readonly NewStore[];
  readonly tasks: readonly { readonly id: string; readonly laneRunId: string }[];
}

export interface Transition {
  readonly execution: Execution;
  readonly changes: readonly Change[];
  readonly effects: readonly Effect[];
  readonly actor: string | null;
  readonly components: NewComponents | null;
  /** Batch size of the lane run whose gate opens. */
  readonly batchSize: number | null;
  /** Makes the transition happen once. */
  readonly mark: EffectMark | null;
  readonly timers: readonly NewTimer[];
}

export interface TransitionParams extends Transition {
  readonly expectedVersion: number;
  /** Present when a driver writes: the transition is void when the drive was lost. */
  readonly drive: (Drive & NodeIdentity) | null;
}

/** `marked`: it happened before, or is not wanted any more. */
export type TransitionOutcome = 'saved' | 'conflict' | 'fenced' | 'marked';

export const saveTransition = defineVerb('saveTransition', 'control', async (tx, params: TransitionParams): Promise<TransitionOutcome> => {
  if (params.drive !== null && !(await holdsDrive(tx, params.drive))) return 'fenced';
  if (!(await placeMark(tx, params.mark))) return 'marked';
  if (!(await replaceExecution(tx, params.execution, params.expectedVersion))) {
    await removeMark(tx, params.mark);
    return 'conflict';
  }
  await recordTransition(tx, params);
  return 'saved';
});

export interface Creation extends Transition {
  /** Its stores are there already, written in pieces. */
  readonly isPrepared: boolean;
  readonly snapshots: readonly { readonly kind: string; readonly key: string; readonly body: string }[];
}

/** Creates an execution with everything that belongs to it, or nothing at all. */
export const createExecution = defineVerb('createExecution', 'control', async (tx, params: Creation): Promise<'created' | 'marked'> => {
  if (!(await placeMark(tx, params.mark))) return 'marked';
  if (params.isPrepared && !(await finishCreation(tx, params.execution.id))) throw new Error('the creation took too long and was given up');
  await insertExecution(tx, params.execution);
  for (const snapshot of params.snapshots) {
    await tx.run('insert into snapshot (execution_id, kind, snapshot_key, body) values (?, ?, ?, ?)', [
      params.execution.id,
      snapshot.kind,
      snapshot.key,
      snapshot.body,
    ]);
  }
  await recordTransition(tx, params);
  return 'created';
});

async function recordTransition(tx: SqlTransaction, transition: Transition): Promise<void> {
  const { execution } = transition;
  const at = await tx.now();
  if (transition.components !== null) await insertComponents(tx, execution.id, transition.components);
  const logs: LogWrite[] = [];
  for (const effect of transition.effects) {
    if (effect.kind === 'log') {
      logs.push({
        kind: 'log',
        storeId: effect.storeId,
        entries: [{ severity: effect.severity, source: 'system', content: JSON.stringify(effect.content) }],
      });
    } else {
      await applyEffect(tx, effect, transition, at);
    }
  }
  for (const timer of transition.timers) await insertTimer(tx, timerAt(timer, at));
  await appendEvents(tx, { execution, changes: transition.changes, actor: transition.actor, at });
  await applyStoreWrites(tx, at, logs);
}

async function insertComponents(tx: SqlTransaction, executionId: string, components: NewComponents): Promise<void> {
  await insertStores(tx, components.stores);
  if (components.tasks.length === 0) return;
  await tx.run(
    `insert into task (id, execution_id, lane_run_id) values ${rows(components.tasks.length, 3)}`,
    components.tasks.flatMap((task) => [task.id, executionId, task.laneRunId]),
  );
}

async function applyEffect(
  tx: SqlTransaction,
  effect: Exclude<Effect, { kind: 'log' }>,
  transition: Transition,
  at: number,
): Promise<void> {
  const { execution } = transition;
  switch (effect.kind) {
    case 'openGate':
      if (transition.batchSize === null) throw new Error('a transition that opens a gate needs the batch size');
      await openGate(tx, {
        executionId: execution.id,
        incarnation: execution.incarnation,
        batchSize: transition.batchSize,
        laneRun: effect.laneRun,
      });
      return;
    case 'closeGate':
      await closeGate(tx, effect.laneRunId, effect.mode);
      return;
    case 'closeSlices':
      await closeSlices(tx, { executionId: execution.id, laneRun: laneRunOf(transition, effect.laneRunId) });
      return;
    case 'returnSlices':
      await suspendSlices(tx, { executionId: execution.id, laneRun: laneRunOf(transition, effect.laneRunId) });
      return;
    case 'archiveLaneRun':
      await tx.run('insert into archived_lane_run (id, execution_id, document) values (?, ?, ?)', [
        effect.laneRun.id,
        execution.id,
        JSON.stringify(effect.laneRun),
      ]);
      return;
    case 'removeLaneRun':
      await removeLaneRun(tx, effect.laneRun);
      return;
    case 'freezeStores':
      await setFrozen(tx, effect.storeIds, true);
      return;
    case 'unfreezeStores':
      await setFrozen(tx, effect.storeIds, false);
      return;
    case 'queueCallback':
      await insertTimer(tx, {
        id: `callback.${execution.id}.${execution.version}`,
        kind: 'callback',
        executionId: execution.id,
        dueAt: at,
        body: JSON.stringify({ url: effect.url, status: effect.status, attempt: 0 }),
      });
      return;
  }
}

/** The lane run whose work ends: the current one, or the one that the same transition archives. */
function laneRunOf({ execution, effects }: Transition, laneRunId: string): LaneRun {
  const archived = effects.find((effect) => effect.kind === 'archiveLaneRun' && effect.laneRun.id === laneRunId);
  if (execution.current.id === laneRunId) return execution.current;
  if (archived?.kind === 'archiveLaneRun') return archived.laneRun;
  throw new Error(`the transition does not know lane run ${laneRunId}`);
}

/** An in-advance run goes with everything it had; nothing of it was ever shown as done. */
async function removeLaneRun(tx: SqlTransaction, laneRun: Extract<Effect, { kind: 'removeLaneRun' }>['laneRun']): Promise<void> {
  const tasks = laneRun.boxes.flatMap((box) => box.tasks);
  const storeIds = [
    laneRun.exceptionStoreId,
    ...tasks.flatMap((task) => [task.systemAuditLogId, task.timeSeriesStoreId]),
    walkStoreId(laneRun.id),
  ].filter((id) => id !== null);
  await deleteStores(tx, { ids: storeIds });
  await tx.run('delete from task where lane_run_id = ?', [laneRun.id]);
  await tx.run('delete from gate where lane_run_id = ?', [laneRun.id]);
}
