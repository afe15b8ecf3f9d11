/** Documents to start from, and the inputs that tests send. */
import { makeError } from '../../src/errors/make-error.ts';
import type { LaneRun, TaskState } from '../../src/execution/document.ts';
import type { Command, ComponentsOfBox, EngineEvent } from '../../src/execution/messages.ts';
import { newExecution, type NewExecution } from '../../src/execution/new-execution.ts';

export const someError = makeError('timeout');

type StopCommand = Extract<Command, { readonly kind: 'cancel' | 'pause' }>;

export const cancel: StopCommand = { kind: 'cancel', actor: 'user', note: null };
export const pause: StopCommand = { kind: 'pause', actor: 'user', note: null };
export const resume: Command = { kind: 'resume', actor: 'other' };
export const interrupted: EngineEvent = { kind: 'interrupted', error: someError, description: 'The access of the user was lost.' };
export const crashed: EngineEvent = { kind: 'crashed', error: someError };

export function repeat(kind: 'rerun' | 'retry', laneIndex: number, laneRunNumber: number, newRunId = 'repeat'): Command {
  return { kind, actor: 'other', laneIndex, laneRunNumber, newRunId };
}

export function forceContinue(newRunId = 'forced'): Command {
  return { kind: 'forceContinue', actor: 'other', newRunId };
}

export function invalid(prevStatus: string, newStatus = 'stopping'): unknown {
  return { id: 'atmInvalidStatusTransition', prevStatus, newStatus };
}

/** Tasks per box. */
export type LaneShape = readonly number[];

export function scheduled(lanes: number, maxRetries = 0, over: Partial<NewExecution> = {}): ReturnType<typeof newExecution> {
  return newExecution(
    {
      id: 'execution',
      name: 'workflow',
      spaceId: 'space',
      atmInventoryId: 'inventory',
      userId: 'user',
      atmWorkflowSchemaId: 'schema',
      atmWorkflowSchemaRevisionNumber: 1,
      logLevel: 7,
      callback: 'http://callback',
      lambdaSnapshotRegistry: {},
      storeRegistry: { input: 'input-store', output: 'output-store' },
      systemAuditLogStoreId: 'workflow-log',
      lanes: Array.from({ length: lanes }, (_, index) => ({ schemaId: `lane-${index + 1}`, maxRetries })),
      laneRunId: 'run-1',
      ...over,
    },
    { ms: 1_000_500 },
  );
}

/** Components with ids that tell where they belong: `<run>.<box>.<task>`. */
export function componentsOf(laneRunId: string, shape: LaneShape): readonly ComponentsOfBox[] {
  return shape.map((tasks, box) => ({
    schemaId: `box-${box + 1}`,
    tasks: Array.from({ length: tasks }, (_, task) => {
      const id = `${laneRunId}.${box + 1}.${task + 1}`;
      return { id, schemaId: `task-${box + 1}.${task + 1}`, systemAuditLogId: `${id}.log`, timeSeriesStoreId: `${id}.series` };
    }),
  }));
}

export function componentsCreated(laneRunId: string, shape: LaneShape): EngineEvent {
  return {
    kind: 'componentsCreated',
    laneRunId,
    iteratedStoreId: 'input-store',
    exceptionStoreId: `${laneRunId}.exceptions`,
    boxes: componentsOf(laneRunId, shape),
  };
}

export function tasksOf(laneRun: LaneRun): readonly TaskState[] {
  return laneRun.boxes.flatMap((box) => box.tasks);
}

export function brokenEvent(laneRunId: string, name: string, cause: 'streamedResult' | 'threshold' = 'streamedResult'): EngineEvent {
  return { kind: 'taskBroken', laneRunId, taskId: `${laneRunId}.${name}`, cause, error: someError, description: 'The task broke.' };
}
