/** Lambdas (rest §8.2). */
import type { ErrorId } from '@laneway/model';
import type { JsonSchema } from '../json-schema.ts';
import { done, makes, refused, shows, takes, type Operations } from '../operation.ts';

const tag = 'Automation lambda';
const managers = { atmInventory: ['atm_inventory_manage_lambdas'], onezone: ['oz_atm_inventories_update'] } as const;

/** A revision number, or `auto` to keep the one in the body. */
export const targetRevision: JsonSchema = { oneOf: [{ type: 'integer', minimum: 1 }, { const: 'auto' }] };

/** What may be wrong with any revision. */
const revisionErrors: readonly ErrorId[] = [
  'badData',
  'badValueJSON',
  'badValueInteger',
  'badValueTooLow',
  'badValueNotAllowed',
  'badValueString',
  'badValueTextTooLarge',
];
const lambdaErrors: readonly ErrorId[] = [...revisionErrors, 'badValueName'];
/** A workflow schema has time series without anything in them, and no names that are checked. */
export const schemaRevisionErrors: readonly ErrorId[] = [...revisionErrors, 'badValueEmpty'];
/** What comes beside the revision may be wrong as well. */
export const definitionErrors: readonly ErrorId[] = [...revisionErrors, 'badValueName', 'badValueEmpty'];
export const dumpErrors: readonly ErrorId[] = [
  'malformedData',
  'missingRequiredValue',
  'badValueInteger',
  'badValueTooLow',
  'badValueIdNotFound',
];

export const lambdaOperations: Operations = {
  create_atm_lambda: {
    tag,
    privileges: managers,
    body: takes('LambdaCreation'),
    answers: makes(),
    refusals: refused([403], { 400: ['malformedData', 'missingRequiredValue', ...definitionErrors, 'badValueIdNotFound'] }),
  },
  list_atm_lambdas: {
    tag,
    privileges: { onezone: ['oz_atm_inventories_view'] },
    answers: shows('AtmLambdaIds'),
    refusals: refused([403]),
  },
  get_atm_lambda: {
    tag,
    privileges: { note: 'membership in an inventory that contains it', onezone: ['oz_atm_inventories_view'] },
    answers: shows('AtmLambda'),
    refusals: refused([403, 404]),
  },
  modify_atm_lambda: {
    tag,
    privileges: managers,
    body: takes('LambdaUpdate'),
    answers: done,
    refusals: refused([403, 404], { 400: ['malformedData', 'missingRequiredValue', ...lambdaErrors], 409: ['alreadyExists'] }),
  },
  remove_atm_lambda: { tag, answers: {}, refusals: refused([], { 400: ['notSupported'] }) },
  list_atm_lambda_inventories: { tag, answers: shows('AtmInventoryIds'), refusals: refused([403, 404]) },
  list_atm_lambda_workflow_schemas: { tag, answers: shows('AtmWorkflowSchemaIds'), refusals: refused([403, 404]) },
  link_atm_lambda: {
    tag,
    privileges: managers,
    answers: done,
    refusals: refused([403, 404], { 400: ['badValueIdNotFound'], 409: ['relationAlreadyExists'] }),
  },
  unlink_atm_lambda: {
    tag,
    privileges: managers,
    answers: done,
    refusals: refused([404], { 403: ['atmLambdaInUse', 'forbidden'] }),
  },
  dump_atm_lambda: {
    tag,
    body: takes('DumpRequest'),
    answers: shows('LambdaDump'),
    refusals: refused([403, 404], { 400: dumpErrors }),
  },
  insert_atm_lambda_revision: {
    tag,
    privileges: managers,
    path: { rid: targetRevision },
    body: takes('LambdaRevisionInsertion'),
    answers: done,
    refusals: refused([403, 404], { 400: ['malformedData', 'missingRequiredValue', ...lambdaErrors], 409: ['alreadyExists'] }),
  },
  modify_atm_lambda_revision: {
    tag,
    privileges: managers,
    body: takes('LambdaRevisionUpdate'),
    answers: done,
    refusals: refused([403, 404], { 400: ['malformedData', 'missingRequiredValue', 'badValueNotAllowed', 'badValueString'] }),
  },
  dump_atm_lambda_revision: {
    tag,
    answers: shows('LambdaRevisionDump'),
    refusals: refused([403, 404], { 400: ['badData'] }),
  },
};
