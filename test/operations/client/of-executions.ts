/** How the client reaches executions, their stores and what starts them. */
import type { Use } from '../offered.ts';

const schedule = { spaceId: 's', atmWorkflowSchemaId: 'w', atmWorkflowSchemaRevisionNumber: 1 };
const laneRun = { laneIndex: 1, laneRunNumber: 1 };

export const ofExecutions: Readonly<Record<string, Use>> = {
  list_workflow_executions: async (client) => await client.executions.list('s'),
  list_workflow_execution_summaries: async (client) => await client.executions.summaries('s'),
  schedule_workflow_execution: async (client) => await client.executions.schedule(schedule),
  get_workflow_execution_details: async (client) => await client.executions.details('w'),
  delete_workflow_execution: async (client) => await client.executions.delete('w'),
  cancel_workflow_execution: async (client) => await client.executions.cancel('w'),
  pause_workflow_execution: async (client) => await client.executions.pause('w'),
  resume_workflow_execution: async (client) => await client.executions.resume('w'),
  force_continue_workflow_execution: async (client) => await client.executions.forceContinue('w'),
  rerun_workflow_execution: async (client) => await client.executions.rerun('w', laneRun),
  retry_workflow_execution: async (client) => await client.executions.retry('w', laneRun),
  get_workflow_execution_schema: async (client) => await client.executions.schema('w'),
  get_workflow_execution_receipt: async (client) => await client.executions.receipt('w'),
  get_workflow_execution_blockers: async (client) => await client.executions.blockers('w'),
  get_workflow_execution_pods: async (client) => await client.executions.pods('w'),
  browse_workflow_execution_pod_events: async (client) => await client.executions.podEvents('w', 'p'),
  follow_workflow_execution: async (client) => await client.executions.follow('w').next(),
  get_atm_task_execution: async (client) => await client.executions.task('t'),
  upload_store_initial_content: async (client) => await client.uploads.send('s', new Blob(['1']).stream()),
  remove_store_initial_content_upload: async (client) => await client.uploads.remove('s', 'u'),
  start_bulk_workflow_execution_operation: async (client) => await client.bulk.start('s', { operation: 'cancel', filter: {} }),
  get_bulk_workflow_execution_operation: async (client) => await client.bulk.job('s', 'j'),
  list_bulk_workflow_execution_operation_results: async (client) => await client.bulk.results('s', 'j'),
  abort_bulk_workflow_execution_operation: async (client) => await client.bulk.abort('s', 'j'),
  dump_atm_store: async (client) => await client.stores.dump('s'),
  get_atm_store: async (client) => await client.stores.details('s'),
  browse_atm_store_content: async (client) => await client.stores.content('s'),
  export_atm_store: async (client) => await client.stores.export('s', 'csv'),
  get_atm_store_indices_by_trace_ids: async (client) => await client.stores.indicesByTraceIds('s', ['t']),
  list_available_lambdas: async (client) => await client.lambdas.catalogue(),
};
