/** Workflow schemas as they are created, changed, shown and dumped (rest §8.3; schemas §5). */
import { described, filledText, listOf, mapOf, orNull, positive, record, ref, text, type Schemas } from '../json-schema.ts';
import { encodedRevision, formatVersion } from './lambdas.ts';

const summary = { type: 'string', maxLength: 200 } as const;

export const workflowSchemaDocuments: Schemas = {
  SupplementaryLambdas: described(mapOf(mapOf(ref('LambdaDump'))), 'Dumps by lambda id and revision number.'),
  WorkflowSchemaRevisionDump: record({
    'schemaFormatVersion?': formatVersion,
    originalRevisionNumber: positive,
    atmWorkflowSchemaRevision: encodedRevision,
    'supplementaryAtmLambdas?': ref('SupplementaryLambdas'),
  }),
  WorkflowSchemaDump: record({
    'schemaFormatVersion?': formatVersion,
    originalAtmWorkflowSchemaId: text,
    name: ref('Name'),
    'summary?': text,
    revision: ref('WorkflowSchemaRevisionDump'),
  }),
  WorkflowSchemaCreation: record({
    atmInventoryId: text,
    name: ref('Name'),
    'summary?': summary,
    'revision?': ref('WorkflowSchemaRevisionDump'),
    'originalAtmWorkflowSchemaId?': filledText,
    'schemaFormatVersion?': formatVersion,
  }),
  WorkflowSchemaUpdate: record(
    {
      'name?': ref('Name'),
      'summary?': summary,
      'revision?': ref('WorkflowSchemaRevisionDump'),
      'schemaFormatVersion?': formatVersion,
    },
    { anyOf: [{ required: ['name'] }, { required: ['summary'] }, { required: ['revision'] }] },
  ),
  WorkflowSchemaRevisionInsertion: record({
    atmWorkflowSchemaRevision: encodedRevision,
    'supplementaryAtmLambdas?': ref('SupplementaryLambdas'),
    'originalRevisionNumber?': described(positive, 'Needed with `auto` in the path.'),
    'schemaFormatVersion?': formatVersion,
  }),
  AtmWorkflowSchema: record(
    {
      atmWorkflowSchemaId: ref('Id'),
      name: ref('Name'),
      summary: text,
      revisionRegistry: ref('WorkflowSchemaRevisionRegistry'),
      originalAtmWorkflowSchemaId: orNull('string'),
      atmInventoryId: ref('Id'),
      atmLambdas: listOf(ref('Id')),
      creator: ref('Subject'),
      creationTime: ref('Timestamp'),
    },
    { additionalProperties: true },
  ),
};
