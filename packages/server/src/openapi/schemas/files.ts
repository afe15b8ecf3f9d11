/** Files and datasets (lambdas §12). */
import {
  anyObject,
  anything,
  described,
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

const flags = listOf(text);

export const fileSchemas: Schemas = {
  FileAttributes: described(mapOf(anything), 'The attributes that were asked for.'),
  FileChildren: record(
    { children: listOf(ref('FileAttributes')), isLast: flag, 'nextPageToken?': orNull('string') },
    { additionalProperties: true },
  ),
  ExtendedAttributes: described(mapOf(anything), 'Name → value.'),
  ExtendedAttributeNames: record({ keys: listOf(text) }),
  FileId: record({ fileId: text }),
  DatasetCreation: record({
    rootFileId: { type: 'string', minLength: 1 },
    'protectionFlags?': { type: 'array', items: text, maxItems: 0 },
  }),
  DatasetCreated: record({ datasetId: ref('Id') }),
  DatasetUpdate: record(
    { 'state?': oneWordOf(['attached', 'detached']), 'setProtectionFlags?': { ...flags, maxItems: 0 }, 'unsetProtectionFlags?': flags },
    { anyOf: [{ required: ['state'] }, { required: ['setProtectionFlags'] }, { required: ['unsetProtectionFlags'] }] },
  ),
  Dataset: record(
    { datasetId: ref('Id'), state: oneWordOf(['attached', 'detached']), rootFileId: text, rootFileType: text },
    { additionalProperties: true },
  ),
  Datasets: page('datasets', ref('Dataset')),
  DatasetSummary: described(anyObject, 'The dataset of the file and those above it.'),
};
