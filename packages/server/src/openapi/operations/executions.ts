/** Operations of the contract on workflow executions (rest §5). */
import { phases, type ErrorId } from '@laneway/model';
import { filledText, integer, ref, text, type JsonSchema } from '../json-schema.ts';
import {
  done,
  extraQuery,
  makes,
  query,
  refused,
  shows,
  takes,
  type Operations,
  type OperationText,
  type Parameter,
} from '../operation.ts';

export const pageLimit: JsonSchema = { type: 'integer', minimum: 1, maximum: 1000, default: 1000 };
export const pageToken: Parameter = query('token', filledText);
export const requestKey: Parameter = {
  name: 'Idempotency-Key',
  in: 'header',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
  extension: true,
};

const tag = 'Workflow execution';
const viewers = { anyUser: ['space_view_atm_workflow_executions'] } as const;
const controllers = {
  schedulingUser: ['space_schedule_atm_workflow_executions'],
  otherUser: ['space_manage_atm_workflow_executions'],
} as const;

function command(errors: readonly ErrorId[], body?: string): OperationText {
  return {
    tag,
    privileges: controllers,
    answers: { 204: { description: 'It is accepted; the event stream tells what comes of it.' } },
    refusals: refused([403, 404], { 400: errors }),
    ...(body === undefined ? {} : { body: { schema: ref(body), required: false, extension: true } }),
  };
}

function repetition(refusal: ErrorId): OperationText {
  const bodyErrors = ['malformedData', 'missingRequiredValue', 'badValueInteger', 'badValueTooLow'] as const;
  return {
    ...command([...bodyErrors, 'atmWorkflowExecutionNotEnded', refusal, 'badData', 'badValueIdentifierOccupied']),
    body: takes('LaneRunReference'),
    parameters: [requestKey],
  };
}

export const executionOperations: Operations = {
  list_workflow_executions: {
    tag,
    privileges: viewers,
    parameters: [
      query('phase', { type: 'string', enum: phases, default: 'ongoing' }),
      query('limit', pageLimit),
      query('offset', { ...integer, default: 0 }),
      pageToken,
      extraQuery('index', text),
    ],
    answers: shows('WorkflowExecutionListing'),
    refusals: refused([403], {
      400: [
        'badValueNotAllowed',
        'badValueInteger',
        'badValueNotInRange',
        'badValueEmpty',
        'badValueString',
        'spaceNotSupportedBy',
        'badData',
      ],
    }),
  },
  schedule_workflow_execution: {
    tag,
    privileges: { anyUser: ['space_schedule_atm_workflow_executions'], note: 'and membership in the inventory of the schema' },
    parameters: [requestKey],
    body: takes('ScheduleRequest'),
    answers: makes('ScheduleResult'),
    refusals: refused([403, 404], {
      400: [
        'malformedData',
        'missingRequiredValue',
        'badValueString',
        'badValueEmpty',
        'badValueInteger',
        'badValueTooLow',
        'badValueNotAllowed',
        'badValueJSON',
        'badData',
        'spaceNotSupportedBy',
        'posix',
        'notSupported',
        'atmWorkflowEmpty',
        'atmLaneEmpty',
        'atmParallelBoxEmpty',
        'atmOpenfaasNotConfigured',
        'atmOpenfaasUnreachable',
        'atmOpenfaasQueryFailed',
        'atmStoreCreationFailed',
        // Of extensions: labels, deadline, uploads, the key of the request.
        'badValueNotInRange',
        'badValueTextTooLarge',
        'badValueIdNotFound',
        'badValueIdentifierOccupied',
      ],
      503: ['serviceUnavailable', 'atmOpenfaasUnhealthy'],
    }),
  },
  get_workflow_execution_details: {
    tag,
    privileges: { ...viewers, note: 'and membership in the inventory of the execution' },
    answers: shows('WorkflowExecutionDetails'),
    refusals: refused([403, 404]),
  },
  delete_workflow_execution: {
    tag,
    privileges: controllers,
    answers: done,
    refusals: refused([403, 404], { 400: ['atmWorkflowExecutionNotStopped'] }),
  },
  cancel_workflow_execution: command(['atmWorkflowExecutionEnded', 'atmInvalidStatusTransition'], 'StopRequestBody'),
  pause_workflow_execution: command(
    ['atmWorkflowExecutionEnded', 'atmInvalidStatusTransition', 'badValueInteger', 'badValueNotInRange'],
    'PauseRequestBody',
  ),
  resume_workflow_execution: command(['atmWorkflowExecutionNotResumable']),
  force_continue_workflow_execution: command(['atmWorkflowExecutionNotResumable']),
  rerun_workflow_execution: repetition('atmLaneExecutionRerunFailed'),
  retry_workflow_execution: repetition('atmLaneExecutionRetryFailed'),
  dump_atm_store: {
    tag,
    privileges: { ...viewers, note: 'and membership in the inventory of the execution' },
    answers: {
      200: { description: 'A download.', schema: ref('AuditLogDump'), headers: { 'Content-Disposition': text } },
    },
    refusals: refused([403, 404], { 400: ['notSupported'] }),
  },
};
