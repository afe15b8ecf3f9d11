/** Bulk operations on executions (extensions). */
import { bulkOperations } from '@laneway/engine';
import { count, described, flag, listOf, oneWordOf, orNull, page, record, ref, text, type Schemas } from '../json-schema.ts';

const shownError = record({ id: text, description: text, 'details?': { type: 'object' } });

export const bulkSchemas: Schemas = {
  BulkRequest: record(
    {
      operation: oneWordOf(bulkOperations),
      'filter?': described({ type: 'object' }, 'The conditions of the summaries; {} is every execution of the space.'),
      'ids?': { type: 'array', items: text, maxItems: 1000 },
      'reason?': text,
      'dryRun?': flag,
    },
    { anyOf: [{ required: ['filter'] }, { required: ['ids'] }] },
  ),
  BulkStarted: record({ bulkJobId: ref('Id') }),
  BulkJob: record({
    bulkJobId: ref('Id'),
    operation: oneWordOf(bulkOperations),
    dryRun: flag,
    userId: ref('Id'),
    reason: orNull('string'),
    state: text,
    matched: count,
    done: count,
    refused: count,
    failed: count,
    'error?': shownError,
    startTime: ref('Timestamp'),
    endTime: ref('Timestamp'),
  }),
  BulkResults: page('results', record({ atmWorkflowExecutionId: ref('Id'), outcome: text, ok: flag, 'error?': shownError })),
  Changes: page(
    'changes',
    record(
      {
        id: text,
        at: ref('Milliseconds'),
        userId: text,
        tokenId: orNull('string'),
        address: text,
        operation: text,
        target: text,
        details: { type: 'object' },
        'entityIds?': listOf(text),
      },
      { additionalProperties: true },
    ),
  ),
};
