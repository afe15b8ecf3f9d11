/** Workflow schemas (rest §8.3). */
import { done, makes, refused, shows, takes, type Operations } from '../operation.ts';
import { definitionErrors, dumpErrors, schemaRevisionErrors, targetRevision } from './lambdas.ts';

const tag = 'Automation workflow schema';
const managers = { atmInventory: ['atm_inventory_manage_workflow_schemas'], onezone: ['oz_atm_inventories_update'] } as const;

export const workflowSchemaOperations: Operations = {
  create_atm_workflow_schema: {
    tag,
    privileges: managers,
    body: takes('WorkflowSchemaCreation'),
    answers: makes(),
    refusals: refused([403], { 400: ['malformedData', 'missingRequiredValue', ...definitionErrors, 'badValueIdNotFound'] }),
  },
  list_atm_workflow_schemas: {
    tag,
    privileges: { onezone: ['oz_atm_inventories_view'] },
    answers: shows('AtmWorkflowSchemaIds'),
    refusals: refused([403]),
  },
  get_atm_workflow_schema: {
    tag,
    privileges: { note: 'membership in its inventory', onezone: ['oz_atm_inventories_view'] },
    answers: shows('AtmWorkflowSchema'),
    refusals: refused([403, 404]),
  },
  modify_atm_workflow_schema: {
    tag,
    privileges: managers,
    body: takes('WorkflowSchemaUpdate'),
    answers: done,
    refusals: refused([403, 404], { 400: ['malformedData', 'missingAtLeastOneValue', 'missingRequiredValue', ...definitionErrors] }),
  },
  remove_atm_workflow_schema: { tag, privileges: managers, answers: done, refusals: refused([403, 404]) },
  list_atm_workflow_schema_lambdas: { tag, answers: shows('AtmLambdaIds'), refusals: refused([403, 404]) },
  dump_atm_workflow_schema: {
    tag,
    body: takes('DumpRequest'),
    answers: shows('WorkflowSchemaDump'),
    refusals: refused([403, 404], { 400: dumpErrors }),
  },
  insert_atm_workflow_schema_revision: {
    tag,
    privileges: managers,
    path: { rid: targetRevision },
    body: takes('WorkflowSchemaRevisionInsertion'),
    answers: done,
    refusals: refused([403, 404], { 400: ['malformedData', 'missingRequiredValue', ...schemaRevisionErrors] }),
  },
  remove_atm_workflow_schema_revision: { tag, privileges: managers, answers: done, refusals: refused([403, 404]) },
  dump_atm_workflow_schema_revision: {
    tag,
    answers: shows('WorkflowSchemaRevisionDump'),
    refusals: refused([403, 404], { 400: ['badData'] }),
  },
};
