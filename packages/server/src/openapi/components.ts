/** Every schema that operations refer to. */
import { examples } from './examples.ts';
import type { Schemas } from './json-schema.ts';
import { bulkSchemas } from './schemas/bulk.ts';
import { commonSchemas } from './schemas/common.ts';
import { dataSchemas } from './schemas/data.ts';
import { errorSchemas } from './schemas/errors.ts';
import { executionSchemas } from './schemas/executions.ts';
import { fileSchemas } from './schemas/files.ts';
import { insightSchemas } from './schemas/insight.ts';
import { lambdaSchemas } from './schemas/lambdas.ts';
import { memberSchemas } from './schemas/members.ts';
import { peopleSchemas } from './schemas/people.ts';
import { sessionSchemas } from './schemas/sessions.ts';
import { storeSchemas } from './schemas/stores.ts';
import { tokenSchemas } from './schemas/tokens.ts';
import { workflowSchemaDocuments } from './schemas/workflow-schema-documents.ts';
import { workflowSchemaParts } from './schemas/workflow-schemas.ts';

const plain: Schemas = {
  ...commonSchemas,
  ...errorSchemas,
  ...executionSchemas,
  ...insightSchemas,
  ...storeSchemas,
  ...bulkSchemas,
  ...memberSchemas,
  ...dataSchemas,
  ...lambdaSchemas,
  ...workflowSchemaParts,
  ...workflowSchemaDocuments,
  ...peopleSchemas,
  ...sessionSchemas,
  ...tokenSchemas,
  ...fileSchemas,
};

export const schemas: Schemas = Object.fromEntries(
  Object.entries(plain).map(([name, schema]) => [name, Object.hasOwn(examples, name) ? { ...schema, examples: [examples[name]] } : schema]),
);
