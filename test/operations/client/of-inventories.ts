/** How the client reaches lambdas and workflow schemas. */
import type { Use } from '../offered.ts';

const lambda = { originalRevisionNumber: 1, atmLambdaRevision: {} };
const workflow = { originalRevisionNumber: 1, atmWorkflowSchemaRevision: {} };

export const ofInventories: Readonly<Record<string, Use>> = {
  list_atm_inventory_lambdas: async (client) => await client.lambdas.ids('i'),
  list_atm_inventory_workflow_schemas: async (client) => await client.workflows.ids('i'),
  create_atm_lambda: async (client) => await client.lambdas.create('i', { revision: lambda }),
  list_atm_lambdas: async (client) => await client.lambdas.all(),
  get_atm_lambda: async (client) => await client.lambdas.get('l'),
  modify_atm_lambda: async (client) => await client.lambdas.addRevision('l', lambda),
  list_atm_lambda_inventories: async (client) => await client.lambdas.inventories('l'),
  list_atm_lambda_workflow_schemas: async (client) => await client.lambdas.workflows('l'),
  link_atm_lambda: async (client) => await client.lambdas.link('l', 'i'),
  unlink_atm_lambda: async (client) => await client.lambdas.unlink('l', 'i'),
  dump_atm_lambda: async (client) => await client.lambdas.dump('l', 1),
  insert_atm_lambda_revision: async (client) => await client.lambdas.putRevision('l', lambda, 2),
  modify_atm_lambda_revision: async (client) => await client.lambdas.setRevisionState('l', 1, 'stable'),
  dump_atm_lambda_revision: async (client) => await client.lambdas.dumpRevision('l', 1),
  create_atm_workflow_schema: async (client) => await client.workflows.createEmpty('i', { name: 'n' }),
  list_atm_workflow_schemas: async (client) => await client.workflows.all(),
  get_atm_workflow_schema: async (client) => await client.workflows.get('w'),
  modify_atm_workflow_schema: async (client) => await client.workflows.update('w', { name: 'n' }),
  remove_atm_workflow_schema: async (client) => await client.workflows.delete('w'),
  list_atm_workflow_schema_lambdas: async (client) => await client.workflows.lambdas('w'),
  dump_atm_workflow_schema: async (client) => await client.workflows.dump('w', 1),
  insert_atm_workflow_schema_revision: async (client) => await client.workflows.putRevision('w', workflow),
  remove_atm_workflow_schema_revision: async (client) => await client.workflows.deleteRevision('w', 1),
  dump_atm_workflow_schema_revision: async (client) => await client.workflows.dumpRevision('w', 1),
};
