/** What Laneway adds on executions: summaries, insight, events, uploads, bulk operations. */
import { executionStatuses, phases, type ErrorId } from '@laneway/model';
import { count, filledText, listOf, ref, text } from '../json-schema.ts';
import { done, makes, query, refused, shows, takes, type Operations, type OperationText, type Parameter } from '../operation.ts';
import { pageLimit, pageToken } from './executions.ts';

const tag = 'Workflow execution';
const viewers = { anyUser: ['space_view_atm_workflow_executions'] } as const;
const schedulers = { anyUser: ['space_schedule_atm_workflow_executions'] } as const;

export const logOptions: readonly Parameter[] = [
  query('index', text),
  query('offset', { type: 'integer' }),
  query('limit', { type: 'integer', minimum: 1 }),
  query('timestamp', { type: 'integer' }),
  query('direction', text),
];
/** What may be wrong with the options of a log. */
const logErrors: readonly ErrorId[] = [
  'badData',
  'badValueInteger',
  'badValueString',
  'badValueNotInRange',
  'badValueNotAllowed',
  'badValueTooLow',
];
const browseErrors: readonly ErrorId[] = [...logErrors, 'badValueBoolean', 'badValueJSON', 'missingRequiredValue'];
const words = (list: readonly string[]): string => `^(${list.join('|')})(,(${list.join('|')}))*$`;

const labelFilter = { type: 'string', pattern: '^[^=]+=' } as const;
const filter: readonly Parameter[] = [
  query('phase', { type: 'string', pattern: words(phases) }),
  query('status', { type: 'string', pattern: words(executionStatuses) }),
  query('label', { anyOf: [labelFilter, listOf(labelFilter)] }),
  query('atmInventoryId', filledText),
  query('atmWorkflowSchemaId', filledText),
  query('userId', filledText),
  query('scheduledAfter', count),
  query('scheduledBefore', count),
];
const filterErrors: readonly ErrorId[] = [
  'badValueListNotAllowed',
  'badValueEmpty',
  'badValueString',
  'badValueInteger',
  'badValueTooLow',
  'badData',
];

/** Something of one execution. */
function view(schema: string, more: Partial<OperationText> = {}): OperationText {
  return { tag, privileges: viewers, answers: shows(schema), refusals: refused([403, 404]), ...more };
}

export const executionExtensions: Operations = {
  list_workflow_execution_summaries: {
    tag,
    privileges: viewers,
    parameters: [...filter, query('limit', { ...pageLimit, default: 100 }), pageToken],
    answers: shows('WorkflowExecutionSummaries'),
    refusals: refused([403], { 400: [...filterErrors, 'badValueNotInRange'] }),
  },
  get_workflow_execution_schema: view('WorkflowExecutionSchema'),
  get_workflow_execution_receipt: view('WorkflowExecutionReceipt'),
  get_workflow_execution_blockers: view('WorkflowExecutionBlockers'),
  get_workflow_execution_pods: view('Pods'),
  browse_workflow_execution_pod_events: view('PodEvents', {
    parameters: logOptions,
    refusals: refused([403, 404], { 400: logErrors }),
  }),
  follow_workflow_execution: view('Id', {
    parameters: [{ name: 'Last-Event-ID', in: 'header', schema: text }],
    answers: {
      200: { description: 'Server-sent events, until the execution is deleted.', schema: text, types: ['text/event-stream'] },
      204: { description: 'It has ended, and everything was sent.' },
    },
    refusals: refused([403, 404], { 400: ['badValueInteger'] }),
  }),
  get_atm_task_execution: view('TaskExecution'),
  list_available_lambdas: {
    tag: 'Automation lambda',
    answers: shows('AvailableLambdas'),
    refusals: refused([]),
  },
  upload_store_initial_content: {
    tag: 'Store',
    privileges: schedulers,
    body: { schema: text, required: true, types: ['application/x-ndjson'] },
    answers: makes('UploadReceipt'),
    refusals: refused([403], { 400: ['badData', 'limitReached', 'spaceNotSupportedBy'] }),
  },
  remove_store_initial_content_upload: {
    tag: 'Store',
    privileges: schedulers,
    answers: done,
    refusals: refused([403, 404], { 400: ['spaceNotSupportedBy'] }),
  },
};

const bulk = { tag: 'Bulk operation', privileges: viewers } as const;

export const bulkOperationTexts: Operations = {
  start_bulk_workflow_execution_operation: {
    ...bulk,
    privileges: {
      anyUser: ['space_view_atm_workflow_executions'],
      note: 'and space_schedule_atm_workflow_executions or space_manage_atm_workflow_executions',
    },
    body: takes('BulkRequest'),
    answers: makes('BulkStarted'),
    refusals: refused([403], {
      400: [
        ...filterErrors,
        'malformedData',
        'missingRequiredValue',
        'missingAtLeastOneValue',
        'badValueNotAllowed',
        'badValueBoolean',
        'badValueJSON',
        'badValueListOfStrings',
      ],
    }),
  },
  get_bulk_workflow_execution_operation: { ...bulk, answers: shows('BulkJob'), refusals: refused([403, 404]) },
  list_bulk_workflow_execution_operation_results: {
    ...bulk,
    parameters: [query('limit', pageLimit), pageToken],
    answers: shows('BulkResults'),
    refusals: refused([403, 404], { 400: ['badData', 'badValueInteger', 'badValueNotInRange', 'badValueEmpty', 'badValueString'] }),
  },
  abort_bulk_workflow_execution_operation: { ...bulk, answers: done, refusals: refused([403, 404]) },
};

const storeView = { tag: 'Store', privileges: viewers } as const;

export const storeExtensions: Operations = {
  get_atm_store: { ...storeView, answers: shows('Store'), refusals: refused([403, 404]) },
  browse_atm_store_content: {
    ...storeView,
    parameters: [
      query('type', text),
      ...logOptions,
      query('mode', text),
      query('layout', text),
      query('startTimestamp', { type: 'integer' }),
      query('stopTimestamp', { type: 'integer' }),
      query('windowLimit', { type: 'integer' }),
      query('extendedInfo', { type: 'boolean' }),
      query('lineage', { type: 'boolean', default: false }),
    ],
    answers: shows('StoreContent'),
    refusals: refused([403, 404], { 400: [...browseErrors, 'atmStoreContentNotSet'] }),
  },
  export_atm_store: {
    ...storeView,
    parameters: [query('format', { type: 'string', enum: ['jsonl', 'csv'], default: 'jsonl' })],
    answers: {
      200: {
        description: 'A download.',
        schema: text,
        types: ['application/x-ndjson', 'text/csv'],
        headers: { 'Content-Disposition': text },
      },
    },
    refusals: refused([403, 404], { 400: ['badValueNotAllowed', 'badValueString'] }),
  },
  get_atm_store_indices_by_trace_ids: {
    ...storeView,
    parameters: [{ ...query('traceIds', { anyOf: [text, listOf(text)] }), required: true }, query('timestamp', count)],
    answers: { 200: { description: 'What was asked for.', schema: ref('StoreIndices') } },
    refusals: refused([403, 404], {
      400: ['missingRequiredValue', 'badValueListOfStrings', 'badValueInteger', 'badValueTooLow', 'notSupported'],
    }),
  },
};
