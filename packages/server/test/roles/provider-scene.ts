/** One of each thing of Oneprovider, for requests about any of them. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PodRegistry } from '../../../engine/src/lambdas/pods.ts';
import type { DatabaseKind } from '../../../../test/support/databases.ts';
import type { Route } from '../../src/http/route.ts';
import { realWorld, workflowsPath, type RealWorld } from '../support/real-world.ts';
import { describedRoutes } from '../support/seen.ts';
import type { Answer, Person } from '../support/world.ts';

export const op = '/api/v3/oneprovider';
export const providerRoutes = describedRoutes.filter(({ prefix }) => prefix === op);

/** Whose last id does not exist, unless it is known; a file is named by its space and path, too. */
export type Named = 'known' | 'unknown';

export class ProviderScene {
  readonly real: RealWorld;
  /** Made everything, and owns the space. */
  readonly owner: Person;
  readonly #ids: Readonly<Record<string, string>>;

  private constructor(real: RealWorld, ids: Readonly<Record<string, string>>) {
    this.real = real;
    this.owner = real.world.admin;
    this.#ids = ids;
  }

  static async in(kind: DatabaseKind): Promise<ProviderScene> {
    const real = await realWorld(kind);
    const { world, spaceId } = real;
    const send = async (method: string, path: string, body?: unknown): Promise<any> => {
      const answer = await world.send(method, path, world.admin, body);
      if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.text}`);
      return answer.body;
    };
    const space = (await world.deps.spaces.get(spaceId))!;
    await mkdir(join(space.path, 'dir'));
    await writeFile(join(space.path, 'dir', 'file'), 'text');
    const { fileId } = await send('POST', `${op}/lookup-file-id/${spaceId}/dir`);
    const { datasetId } = await send('POST', `${op}/datasets`, { rootFileId: fileId });
    const { bulkJobId } = await send('POST', `${op}/spaces/${spaceId}/automation/execution/bulk`, { operation: 'pause', ids: ['none'] });
    const { atmWorkflowExecutionId: wid } = (await real.schedule(world.admin, 'hang')).body;
    const details = await withTasks(real, wid);
    const [run] = details.lanes[0].runs;
    const [taskId] = Object.values<string>(run.parallelBoxes[0].taskRegistry);
    const pods = new PodRegistry();
    const podId = 'pod';
    pods.report({ executionId: wid, taskId: taskId!, podId, status: 'Running', readiness: '1/1', type: 'Normal', reason: '', message: '' });
    const { lambdas } = world.deps;
    Object.assign(lambdas, { activity: () => pods });
    const uploaded = await world.request('POST', `${op}/spaces/${spaceId}/automation/execution/uploads`, {
      as: world.admin,
      payload: '{}\n',
      headers: { 'content-type': 'application/x-ndjson' },
    });
    return new ProviderScene(real, {
      space: spaceId,
      wid,
      pid: podId,
      tid: taskId!,
      store: Object.values<string>(details.storeRegistry)[0]!,
      log: details.systemAuditLogStoreId,
      exceptions: run.exceptionStoreId,
      id: fileId,
      did: datasetId,
      jid: bulkJobId,
      uid: uploaded.body.uploadId,
      path: `${spaceId}/dir/file`,
    });
  }

  /** A request that is whole: only who asks, and for what, decides. */
  async ask(route: Route, as: Person | null, named: Named = 'known'): Promise<Answer> {
    const url = this.url(route, named) + (route.operationId === 'get_atm_store_indices_by_trace_ids' ? '?traceIds=none' : '');
    if (route.body === 'stream') {
      const headers = { 'content-type': 'application/x-ndjson' };
      return await this.real.world.request(route.method, url, { as, payload: '{}\n', headers });
    }
    return await this.real.world.send(route.method, url, as, this.body(route));
  }

  url({ path }: Route, named: Named = 'known'): string {
    const names = [...path.matchAll(/\{…?(\w+)\}/g)];
    const last = names.at(-1)?.[0];
    return (
      op + path.replaceAll(/\{…?(\w+)\}/g, (whole, name: string) => (named === 'unknown' && whole === last ? 'none' : this.#id(path, name)))
    );
  }

  body({ operationId }: Route): object | undefined {
    const laneRun = { laneIndex: 1, laneRunNumber: 1 };
    const bodies: Readonly<Record<string, object>> = {
      schedule_workflow_execution: {
        spaceId: this.real.spaceId,
        atmWorkflowSchemaId: this.real.schemas.echo,
        atmWorkflowSchemaRevisionNumber: 1,
      },
      rerun_workflow_execution: laneRun,
      retry_workflow_execution: laneRun,
      start_bulk_workflow_execution_operation: { operation: 'pause', ids: ['none'] },
      set_xattr: { one: 1 },
      remove_xattrs: { keys: ['one'] },
      establish_dataset: { rootFileId: this.#ids['id'] },
      update_dataset: { state: 'attached' },
    };
    return bodies[operationId];
  }

  #id(path: string, name: string): string {
    if (name !== 'sid') return this.#ids[name]!;
    if (path.startsWith('/spaces/')) return this.#ids['space']!;
    if (path.endsWith('/dump')) return this.#ids['log']!;
    return this.#ids[path.endsWith('/indices') ? 'exceptions' : 'store']!;
  }
}

/** The details once the first lane has its tasks. */
async function withTasks(real: RealWorld, executionId: string): Promise<any> {
  for (;;) {
    const { body } = await real.world.get(`${workflowsPath}/${executionId}`, real.world.admin);
    if (body.lanes[0].runs[0]?.parallelBoxes.length > 0) return body;
    await real.engine.executions.waitForChange(executionId, 50, AbortSignal.timeout(1000));
  }
}
