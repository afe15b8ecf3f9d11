/** Receipts, blockers, kept schemas, tasks and pods: extensions that explain an execution. */
import { taskStatuses } from '@laneway/model';
import {
  anyObject,
  count,
  described,
  flag,
  listOf,
  mapOf,
  oneWordOf,
  orNull,
  record,
  ref,
  refOrNull,
  text,
  type Schemas,
} from '../json-schema.ts';

const counters = { itemsInProcessing: count, itemsProcessed: count, itemsFailed: count } as const;

export const insightSchemas: Schemas = {
  TaskStatus: oneWordOf(taskStatuses),
  TaskExecution: record({
    atmTaskExecutionId: ref('Id'),
    atmWorkflowExecutionId: ref('Id'),
    schemaId: ref('SchemaId'),
    laneIndex: { type: 'integer', minimum: 1 },
    runNumber: orNull('integer'),
    status: ref('TaskStatus'),
    systemAuditLogId: text,
    timeSeriesStoreId: orNull('string'),
    ...counters,
  }),
  TaskReceipt: record({
    taskId: ref('Id'),
    schemaId: ref('SchemaId'),
    status: ref('TaskStatus'),
    ...counters,
    itemsNeverStarted: count,
    itemsWithdrawn: described(count, 'Stopped before they were answered for; their jobs ended by themselves.'),
    itemsKilled: described(count, 'The same, but their jobs had to be killed.'),
    itemsUnreachable: described(count, 'The same, but whether their jobs ended could not be confirmed.'),
  }),
  LaneRunReceipt: record({
    laneRunId: text,
    laneIndex: { type: 'integer', minimum: 1 },
    runNumber: orNull('integer'),
    status: ref('LaneRunStatus'),
    itemsKnown: described(count, 'Pending, claimed, succeeded, failed and withdrawn together.'),
    isComplete: described(flag, 'False while more items may become known.'),
    itemsPending: count,
    itemsClaimed: count,
    itemsSucceeded: count,
    itemsFailed: count,
    itemsWithdrawn: count,
    tasks: listOf(ref('TaskReceipt')),
  }),
  StopRequest: record({
    reason: oneWordOf(['pause', 'interrupt', 'failure', 'cancel', 'crash']),
    actor: described(orNull('string'), 'Who asked for it; null: the engine.'),
    note: orNull('string'),
    at: ref('Milliseconds'),
  }),
  WorkflowExecutionReceipt: record({
    executionId: ref('Id'),
    status: ref('WorkflowExecutionStatus'),
    stop: refOrNull('StopRequest'),
    laneRuns: listOf(ref('LaneRunReceipt')),
  }),
  WorkflowExecutionBlockers: record({
    blockers: listOf(
      record(
        { kind: oneWordOf(['suspended', 'limit', 'lease', 'retryTimer', 'runtime', 'jobs', 'runners', 'store']) },
        { additionalProperties: true },
      ),
    ),
  }),
  WorkflowExecutionSchema: record({
    atmWorkflowSchemaSnapshotId: ref('Id'),
    atmWorkflowSchemaId: ref('Id'),
    name: text,
    atmWorkflowSchemaRevisionNumber: { type: 'integer', minimum: 1 },
    atmWorkflowSchemaRevision: anyObject,
    atmLambdaRevisions: described(mapOf(mapOf(anyObject)), 'By lambda id and revision number.'),
  }),
  Pod: record({
    podId: text,
    taskId: ref('Id'),
    currentStatus: oneWordOf(['Pending', 'Running', 'Failed', 'Unknown', 'Terminated']),
    currentContainersReadiness: described(text, 'Those that are ready of all, such as `1/1`.'),
    lastStatusChangeTimestamp: ref('Milliseconds'),
  }),
  Pods: record({
    pods: listOf(ref('Pod')),
    knownSince: described(orNull('integer'), 'Milliseconds since 1970: nothing earlier is known.'),
  }),
  PodEvents: record({
    logEntries: listOf(
      record({
        index: text,
        timestamp: ref('Milliseconds'),
        severity: oneWordOf(['info', 'warning']),
        source: oneWordOf(['system']),
        content: record({ type: oneWordOf(['Normal', 'Warning']), reason: text, message: text }),
      }),
    ),
    isLast: flag,
  }),
  AvailableLambdas: record({
    lambdas: listOf(record({ name: text, kind: text, images: listOf(text), 'source?': text }, { additionalProperties: true })),
    'report?': described(anyObject, 'To administrators: what the machine offers.'),
  }),
};
