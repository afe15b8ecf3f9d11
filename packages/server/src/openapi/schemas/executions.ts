/** Workflow executions: scheduling, details, lists (rest §5.1–5.5). */
import { executionStatuses, laneRunStatuses, phases, runTypes } from '@laneway/model';
import {
  described,
  extension,
  filledText,
  flag,
  listOf,
  mapOf,
  oneWordOf,
  orNull,
  page,
  record,
  ref,
  text,
  type Schemas,
} from '../json-schema.ts';

/** A number of at least 1; its decimal digits as text are as good (rest R56). */
export const countingNumber = {
  oneOf: [
    { type: 'integer', minimum: 1 },
    { type: 'string', pattern: '^[+-]?[0-9]+$' },
  ],
} as const;

const labels = { type: 'object', maxProperties: 32, additionalProperties: text } as const;

export const executionSchemas: Schemas = {
  WorkflowExecutionPhase: oneWordOf(phases),
  WorkflowExecutionStatus: oneWordOf(executionStatuses),
  LaneRunStatus: oneWordOf(laneRunStatuses),
  LogLevel: {
    ...oneWordOf(['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency']),
    default: 'info',
    description: 'What is less severe is not written to the logs of the system.',
  },
  ScheduleRequest: record({
    spaceId: filledText,
    atmWorkflowSchemaId: filledText,
    atmWorkflowSchemaRevisionNumber: countingNumber,
    'storeInitialContentOverlay?': described(
      { type: 'object', additionalProperties: true },
      'Store schema id → initial content, instead of the default one. Stores that the schema does not have are ignored.',
    ),
    'logLevel?': ref('LogLevel'),
    'callback?': { type: 'string', format: 'uri', description: 'Told by a POST whenever the execution stops.' },
    'storeInitialContentUploads?': extension(described(mapOf(filledText), 'Store schema id → upload that is its initial content.')),
    'labels?': extension(described(labels, 'By which executions are found again.')),
    'deadlineSec?': extension({
      type: 'integer',
      minimum: 1,
      maximum: 31_536_000,
      description: 'The execution is cancelled after so long.',
    }),
  }),
  ScheduleResult: record({ atmWorkflowExecutionId: ref('Id') }),
  CallbackPayload: record({ atmWorkflowExecutionId: ref('Id'), status: ref('WorkflowExecutionStatus') }),
  LaneRunReference: record({ laneIndex: described(countingNumber, 'The first lane is 1.'), laneRunNumber: countingNumber }),
  StopRequestBody: record({
    'reason?': extension(described(text, 'For the history of the execution; at most 1000 characters are kept.')),
  }),
  PauseRequestBody: record({
    'reason?': extension(described(text, 'For the history of the execution; at most 1000 characters are kept.')),
    'deadlineSec?': extension({
      type: 'integer',
      minimum: 0,
      maximum: 86_400,
      description: 'Jobs in flight may run on for so long; then they are withdrawn.',
    }),
  }),
  ParallelBoxExecution: record({ schemaId: ref('SchemaId'), taskRegistry: described(mapOf(text), 'Task schema id → task execution id.') }),
  LaneRun: record({
    runNumber: described(orNull('integer'), 'Null until a run that is prepared in advance begins.'),
    originRunNumber: described(orNull('integer'), 'The run that this one repeats.'),
    runType: oneWordOf(runTypes),
    status: ref('LaneRunStatus'),
    iteratedStoreId: orNull('string'),
    exceptionStoreId: orNull('string'),
    parallelBoxes: listOf(ref('ParallelBoxExecution')),
    isRetriable: described(flag, 'It may be retried now.'),
    isRerunable: described(flag, 'It may be rerun now.'),
  }),
  LaneExecution: record({ schemaId: ref('SchemaId'), runs: described(listOf(ref('LaneRun')), 'The newest one first.') }),
  WorkflowExecutionDetails: record({
    atmWorkflowExecutionId: ref('Id'),
    atmWorkflowSchemaSnapshotId: ref('Id'),
    name: described(text, 'That of the workflow schema.'),
    atmInventoryId: ref('Id'),
    spaceId: ref('Id'),
    userId: described(ref('Id'), 'Who scheduled it.'),
    status: ref('WorkflowExecutionStatus'),
    scheduleTime: ref('Timestamp'),
    startTime: ref('Timestamp'),
    suspendTime: ref('Timestamp'),
    finishTime: ref('Timestamp'),
    lambdaSnapshotRegistry: described(mapOf(text), 'Lambda id → id of what was kept of it.'),
    storeRegistry: described(mapOf(text), 'Store schema id → store id.'),
    systemAuditLogStoreId: orNull('string'),
    lanes: described(listOf(ref('LaneExecution')), 'In the order of the schema.'),
    'labels?': extension(labels),
    'deadlineTime?': extension(ref('Timestamp')),
  }),
  WorkflowExecutionListing: described(page('atmWorkflowExecutions', ref('Id')), 'Newest first.'),
  WorkflowExecutionSummary: record({
    atmWorkflowExecutionId: ref('Id'),
    name: text,
    atmInventoryId: ref('Id'),
    atmWorkflowSchemaId: ref('Id'),
    atmWorkflowSchemaRevisionNumber: { type: 'integer', minimum: 1 },
    userId: ref('Id'),
    status: ref('WorkflowExecutionStatus'),
    phase: ref('WorkflowExecutionPhase'),
    scheduleTime: ref('Timestamp'),
    startTime: ref('Timestamp'),
    suspendTime: ref('Timestamp'),
    finishTime: ref('Timestamp'),
    'labels?': labels,
  }),
  WorkflowExecutionSummaries: page('atmWorkflowExecutionSummaries', ref('WorkflowExecutionSummary')),
};
