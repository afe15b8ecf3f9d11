/** Good requests below /api/v3/oneprovider. */
import type { Draft } from './draft.ts';
import type { Kitchen, Recipe, Recipes } from './kitchen.ts';
import { op } from './world.ts';

const workflow = (id: string): Partial<Draft> => ({ params: { wid: id } });

/** Of an execution that stays as it is. */
const shown: Recipe = async ({ executions }) => workflow((await executions.shown()).id);

/** A costly one only in earnest. */
function about(costly: (kitchen: Kitchen) => Promise<string>): Recipe {
  return async (kitchen, inEarnest) => workflow(inEarnest ? await costly(kitchen) : kitchen.executions.spare());
}

function repetition(how: 'isRetriable' | 'isRerunable'): Recipe {
  return async ({ executions }, inEarnest) => {
    if (!inEarnest) return { ...workflow(executions.spare()), body: { laneIndex: 1, laneRunNumber: 1 } };
    const { id, laneIndex, laneRunNumber } = await executions.repeatable(how);
    executions.keep('bad', id);
    return { ...workflow(id), body: { laneIndex, laneRunNumber } };
  };
}

async function upload({ world }: Kitchen): Promise<string> {
  const body = Buffer.from('1\n2\n3\n');
  const sent = await world.hand.raw('POST', `${op}/spaces/${world.spaceId}/automation/execution/uploads`, 'application/x-ndjson', body);
  return String(sent.headers['location']).split('/').at(-1) ?? '';
}

/** Without changing anything. */
async function bulkJob({ world }: Kitchen): Promise<string> {
  return await world.hand.make(`${op}/spaces/${world.spaceId}/automation/execution/bulk`, {
    operation: 'delete',
    ids: ['none'],
    dryRun: true,
  });
}

const store: Recipe = async ({ executions, random }) => ({ params: { sid: await executions.stores(random) } });
const file: Recipe = async ({ make }) => ({ params: { id: await make.file() } });
const dataset: Recipe = async ({ make }) => ({ params: { did: await make.dataset() } });

export const executionRecipes: Recipes = {
  list_workflow_executions: async ({ random }) => ({
    query: random.chance(0.5)
      ? []
      : [
          ['phase', random.pick(['waiting', 'ended', 'ongoing'])],
          ['limit', '5'],
        ],
  }),
  list_workflow_execution_summaries: async ({ random }) => ({
    query: random.chance(0.5)
      ? []
      : [
          ['phase', 'ended,ongoing'],
          ['limit', '3'],
        ],
  }),
  schedule_workflow_execution: async ({ world, next }, inEarnest) => ({
    body: {
      spaceId: world.spaceId,
      atmWorkflowSchemaId: world.flows.good,
      atmWorkflowSchemaRevisionNumber: 1,
      storeInitialContentOverlay: { input: inEarnest ? [1, 2] : ['not a number'] },
      logLevel: 'info',
      labels: { number: String(next()) },
    },
  }),
  get_workflow_execution_details: shown,
  get_workflow_execution_schema: shown,
  get_workflow_execution_receipt: shown,
  get_workflow_execution_blockers: shown,
  get_workflow_execution_pods: shown,
  browse_workflow_execution_pod_events: async ({ world, executions }) => {
    const { id } = await executions.shown();
    const { pods } = await world.hand.json('GET', `${op}/automation/execution/workflows/${id}/pods`);
    return { params: { wid: id, pid: pods[0]?.podId ?? 'none' }, query: [] };
  },
  follow_workflow_execution: async ({ world, executions, random }) =>
    random.chance(0.5) ? { ...workflow(world.runningId), leaveEarly: true } : workflow((await executions.shown()).id),
  delete_workflow_execution: about(async ({ executions }) => await executions.ended()),
  cancel_workflow_execution: about(async ({ executions }) => {
    const id = await executions.ongoing();
    executions.keep('cancelled', id);
    return id;
  }),
  pause_workflow_execution: async (kitchen, inEarnest) => {
    const { executions } = kitchen;
    if (!inEarnest) return { ...workflow(executions.spare()), body: { reason: 'why', deadlineSec: 5 } };
    const id = await executions.ongoing();
    executions.keep('paused', id);
    return { ...workflow(id), body: { deadlineSec: 0 } };
  },
  resume_workflow_execution: about(async ({ executions }) => await executions.suspended()),
  force_continue_workflow_execution: about(async ({ executions }) => await executions.failed()),
  rerun_workflow_execution: repetition('isRerunable'),
  retry_workflow_execution: repetition('isRetriable'),
  start_bulk_workflow_execution_operation: async () => ({ body: { operation: 'delete', filter: { phase: ['waiting'] }, dryRun: true } }),
  get_bulk_workflow_execution_operation: async (kitchen) => ({ params: { jid: await bulkJob(kitchen) } }),
  list_bulk_workflow_execution_operation_results: async (kitchen) => ({ params: { jid: await bulkJob(kitchen) } }),
  abort_bulk_workflow_execution_operation: async (kitchen) => ({ params: { jid: await bulkJob(kitchen) } }),
  upload_store_initial_content: async () => ({ headers: { 'content-type': 'application/x-ndjson' }, body: Buffer.from('1\n2\n3\n') }),
  remove_store_initial_content_upload: async (kitchen) => ({ params: { uid: await upload(kitchen) } }),
  dump_atm_store: async ({ executions }) => ({ params: { sid: (await executions.shown()).details.systemAuditLogStoreId } }),
  get_atm_store: store,
  browse_atm_store_content: async (kitchen) => ({
    ...(await store(kitchen, true)),
    query: kitchen.random.chance(0.5) ? [] : [['limit', '3']],
  }),
  export_atm_store: store,
  get_atm_store_indices_by_trace_ids: async ({ executions }) => {
    const { details } = await executions.shown();
    return { params: { sid: details.lanes[0]?.runs[0]?.exceptionStoreId ?? 'none' }, query: [['traceIds', 'abc,def']] };
  },
  get_atm_task_execution: async ({ executions }) => {
    const { details } = await executions.shown();
    return { params: { tid: Object.values(details.lanes[0]?.runs[0]?.parallelBoxes[0]?.taskRegistry ?? {})[0] ?? 'none' } };
  },
  download_file_content: async (kitchen) => ({
    ...(await file(kitchen, true)),
    headers: kitchen.random.chance(0.3) ? { range: 'bytes=0-1' } : {},
  }),
  get_attrs: async () => ({ query: [['attribute', 'name']] }),
  list_children: async ({ random }) => ({ query: [['limit', String(random.int(1, 1000))]] }),
  get_xattrs: async (kitchen) => ({ ...(await file(kitchen, true)), query: [] }),
  set_xattr: async (kitchen) => ({ ...(await file(kitchen, true)), body: { color: 'red', size: 1 } }),
  remove_xattrs: async (kitchen) => ({ ...(await file(kitchen, true)), body: { keys: ['color'] } }),
  lookup_file_id: async ({ world }) => ({ params: { path: `${world.spaceName}/a.txt` } }),
  establish_dataset: async ({ make }) => ({ body: { rootFileId: await make.file() } }),
  get_dataset: dataset,
  list_child_datasets: dataset,
  remove_dataset: dataset,
  update_dataset: async (kitchen) => ({ ...(await dataset(kitchen, true)), body: { state: 'detached' } }),
  get_file_dataset_summary: file,
};
