/** Spaces, files and datasets below /api/v3/oneprovider (rest §5.9; lambdas §12). */
import type { ErrorId } from '@laneway/model';
import { count, listOf, ref, text, type JsonSchema } from '../json-schema.ts';
import { done, makes, query, refused, shows, takes, type Operations, type OperationText } from '../operation.ts';
import { pageLimit } from './executions.ts';

const attribute = query('attribute', { anyOf: [text, listOf(text)] });
const attributeErrors: readonly ErrorId[] = ['badValueNotAllowed'];
const pageErrors: readonly ErrorId[] = ['badValueInteger', 'badValueNotInRange', 'badValueString'];

const xattrErrors: readonly ErrorId[] = ['malformedData', 'badValueEmpty'];

/** An operation on a file is refused in the words of the file system, also to who may not (EACCES) and when there is none (ENOENT). */
function file(answers: OperationText['answers'], errors: readonly ErrorId[] = [], more: Partial<OperationText> = {}): OperationText {
  return { tag: 'File', answers, refusals: refused([], { 400: ['posix', ...errors] }), ...more };
}

const content: JsonSchema = { type: 'string', contentMediaType: 'application/octet-stream' };
const bytes = { schema: content, types: ['application/octet-stream'] } as const;

export const fileOperations: Operations = {
  get_all_spaces: { tag: 'File', answers: shows(listOf(ref('ProviderSpace'))), refusals: refused([]) },
  get_provider_space: { tag: 'File', privileges: { note: 'membership' }, answers: shows('ProviderSpace'), refusals: refused([403]) },
  download_file_content: file(
    {
      200: { description: 'The whole content.', ...bytes },
      206: { description: 'The range that was asked for.', ...bytes },
      416: { description: 'The file has no such range.' },
    },
    [],
    { parameters: [{ name: 'Range', in: 'header', schema: text }] },
  ),
  get_attrs: file(shows('FileAttributes'), attributeErrors, { parameters: [attribute] }),
  list_children: file(shows('FileChildren'), [...attributeErrors, ...pageErrors, 'badValueTooLow'], {
    parameters: [query('limit', pageLimit), query('offset', count), query('token', text), attribute],
  }),
  get_xattrs: file(shows('ExtendedAttributes'), ['badValueString'], { parameters: [query('attribute', text)] }),
  set_xattr: file(done, xattrErrors, { body: takes('ExtendedAttributes') }),
  remove_xattrs: file(done, [...xattrErrors, 'missingRequiredValue', 'badValueListOfStrings'], {
    body: takes('ExtendedAttributeNames'),
  }),
  lookup_file_id: file(shows('FileId'), ['badValueAmbiguousId']),
};

const dataset = { tag: 'Dataset' } as const;
const viewers = { space: ['space_view'] } as const;
const managers = { space: ['space_manage_datasets'] } as const;
const pages = [query('limit', pageLimit), query('token', text)] as const;

export const datasetOperations: Operations = {
  establish_dataset: {
    ...dataset,
    privileges: managers,
    body: takes('DatasetCreation'),
    answers: makes('DatasetCreated'),
    refusals: refused([403], {
      400: [
        'malformedData',
        'missingRequiredValue',
        'badValueString',
        'badValueEmpty',
        'badValueListOfStrings',
        'badValueListNotAllowed',
        'badValueIdentifier',
        'posix',
      ],
      409: ['alreadyExists'],
    }),
  },
  get_dataset: { ...dataset, privileges: viewers, answers: shows('Dataset'), refusals: refused([403, 404]) },
  update_dataset: {
    ...dataset,
    privileges: managers,
    body: takes('DatasetUpdate'),
    answers: done,
    refusals: refused([403, 404], {
      400: [
        'malformedData',
        'missingAtLeastOneValue',
        'badValueString',
        'badValueNotAllowed',
        'badValueListOfStrings',
        'badValueListNotAllowed',
      ],
      409: ['alreadyExists'],
    }),
  },
  remove_dataset: { ...dataset, privileges: managers, answers: done, refusals: refused([403, 404]) },
  list_child_datasets: {
    ...dataset,
    privileges: viewers,
    parameters: pages,
    answers: shows('Datasets'),
    refusals: refused([403, 404], { 400: [...pageErrors, 'badData'] }),
  },
  list_space_top_datasets: {
    ...dataset,
    privileges: viewers,
    parameters: [query('state', { type: 'string', enum: ['attached', 'detached'], default: 'attached' }), ...pages],
    answers: shows('Datasets'),
    refusals: refused([403], { 400: ['badValueNotAllowed', ...pageErrors, 'badData'] }),
  },
  get_file_dataset_summary: {
    ...dataset,
    privileges: viewers,
    answers: shows('DatasetSummary'),
    refusals: refused([], { 400: ['posix'] }),
  },
};
