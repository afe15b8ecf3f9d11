/** Stores of executions: their description and content (rest §5.7; data-and-stores §3.2). */
import { anyObject, anything, described, flag, listOf, mapOf, orNull, record, ref, text, type Schemas } from '../json-schema.ts';

export const storeSchemas: Schemas = {
  AuditLogDump: described(listOf({ type: 'object', additionalProperties: true }), 'The entries of the log, the oldest one first.'),
  Store: record({
    atmStoreId: ref('Id'),
    atmWorkflowExecutionId: ref('Id'),
    schemaId: text,
    name: text,
    type: text,
    config: anyObject,
    initialContent: anything,
    frozen: flag,
  }),
  StoreContent: described(
    {
      anyOf: [
        record({ items: listOf(anyObject), isLast: flag }),
        record({ logEntries: listOf(anyObject), isLast: flag }),
        record({ treeRoots: listOf(anyObject), isLast: flag }),
        record({ range: anyObject }),
        record({ item: anyObject }),
        record({ success: flag }, { additionalProperties: true }),
        record({ layout: anyObject }),
        record({ slice: anyObject }),
      ],
    },
    'By the type of the store.',
  ),
  StoreIndices: described(mapOf(orNull('string')), 'Trace id → index in the store, or null.'),
  UploadReceipt: record({ uploadId: ref('Id') }, { additionalProperties: true }),
};
