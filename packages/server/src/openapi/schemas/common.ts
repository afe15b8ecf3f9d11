/** Ids, times, names and people. */
import { described, listOf, oneWordOf, orNull, record, ref, text, type Schemas } from '../json-schema.ts';

export const commonSchemas: Schemas = {
  Id: described(
    text,
    'Made by the server: 32 hexadecimal digits, `ch`, 4 hexadecimal digits. Any other text is an id that does not exist.',
  ),
  SchemaId: described(text, 'Chosen by the author of a workflow schema, unique within it.'),
  Timestamp: { type: 'integer', minimum: 0, description: 'Seconds since 1970; 0: it has not happened.' },
  Milliseconds: { type: 'integer', minimum: 0, description: 'Milliseconds since 1970.' },
  Name: {
    type: 'string',
    minLength: 2,
    maxLength: 128,
    description: 'Letters, digits, underscores and parentheses; spaces, dots and dashes inside.',
  },
  NameBody: record({ name: ref('Name') }),
  Subject: record({ type: oneWordOf(['user', 'group', 'oneprovider', 'nobody']), id: orNull('string') }),
  SpaceIds: record({ spaces: listOf(ref('Id')) }),
  UserIds: record({ users: listOf(ref('Id')) }),
  GroupIds: record({ groups: listOf(ref('Id')) }),
  AtmInventoryIds: record({ atm_inventories: listOf(ref('Id')) }),
  AtmLambdaIds: record({ atm_lambdas: listOf(ref('Id')) }),
  AtmWorkflowSchemaIds: record({ atm_workflow_schemas: listOf(ref('Id')) }),
  TokenIds: record({ tokens: listOf(ref('Id')) }),
};
