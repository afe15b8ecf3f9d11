/** Lambdas: revisions, dumps, creation (rest §8.2; schemas §3). */
import { lifecycleStates } from '@laneway/model';
import {
  described,
  filledText,
  integer,
  listOf,
  mapOf,
  oneWordOf,
  positive,
  record,
  ref,
  text,
  type JsonSchema,
  type Schemas,
} from '../json-schema.ts';

/** The encoding of what it stands beside. */
export const formatVersion: JsonSchema = { type: 'integer', enum: [2, 3] };
/** A revision in either encoding. */
export const encodedRevision: JsonSchema = { type: 'object', additionalProperties: true };

export const lambdaSchemas: Schemas = {
  LifecycleState: oneWordOf(lifecycleStates),
  DockerExecutionOptions: record({
    'readonly?': { type: 'boolean', default: false },
    'mountOneclient?': { type: 'boolean', default: false },
    'oneclientMountPoint?': { type: 'string', default: '/mnt/onedata' },
    'oneclientOptions?': { type: 'string', default: '' },
  }),
  OperationSpec: record({
    engine: oneWordOf(['openfaas']),
    dockerImage: text,
    'dockerExecutionOptions?': ref('DockerExecutionOptions'),
  }),
  LambdaRevision: record({
    name: text,
    'summary?': { type: 'string', maxLength: 200 },
    'description?': { type: 'string', maxLength: 100_000 },
    operationSpec: ref('OperationSpec'),
    'configParameterSpecs?': { ...listOf(ref('ParameterSpec')), default: [] },
    argumentSpecs: listOf(ref('ParameterSpec')),
    resultSpecs: listOf(ref('ResultSpec')),
    preferredBatchSize: positive,
    resourceSpec: ref('ResourceSpec'),
    'checksum?': described(text, 'In old dumps; it is not looked at.'),
    state: ref('LifecycleState'),
  }),
  LambdaRevisionRegistry: described(mapOf(ref('LambdaRevision')), 'Revision number → revision.'),
  AtmLambda: record(
    { atmLambdaId: ref('Id'), revisionRegistry: ref('LambdaRevisionRegistry'), creator: ref('Subject'), creationTime: ref('Timestamp') },
    { additionalProperties: true },
  ),
  LambdaRevisionDump: record({
    'schemaFormatVersion?': formatVersion,
    originalRevisionNumber: positive,
    atmLambdaRevision: encodedRevision,
  }),
  LambdaDump: record({ 'schemaFormatVersion?': formatVersion, originalAtmLambdaId: text, revision: ref('LambdaRevisionDump') }),
  LambdaCreation: record({
    atmInventoryId: text,
    revision: ref('LambdaRevisionDump'),
    'originalAtmLambdaId?': filledText,
    'schemaFormatVersion?': formatVersion,
  }),
  LambdaUpdate: record({ revision: ref('LambdaRevisionDump'), 'schemaFormatVersion?': formatVersion }),
  LambdaRevisionInsertion: record({
    atmLambdaRevision: encodedRevision,
    'originalRevisionNumber?': described({ ...integer, minimum: 1 }, 'Needed with `auto` in the path.'),
    'schemaFormatVersion?': formatVersion,
  }),
  LambdaRevisionUpdate: record({ state: ref('LifecycleState') }),
  DumpRequest: record({ includeRevision: positive }),
};
