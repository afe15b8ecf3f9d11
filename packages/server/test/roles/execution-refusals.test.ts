/** Refusals about executions, their stores and what they begin with, that need a particular state of things (rest §5.2). */
import { rename, rm, writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeError, newId, posixError, refuse, type LambdaRevision, type StoreSchema, type WorkflowSchemaRevision } from '@laneway/model';
import { databaseKinds } from '../../../../test/support/databases.ts';
import { realWorld, workflowsPath, type RealWorld } from '../support/real-world.ts';
import { lambdaRevision, workflowRevision, type Answer } from '../support/world.ts';

const op = '/api/v3/oneprovider';
/** The runtime is looked at again and again. */
const patience = { timeout: 10_000 };

let real: RealWorld;

beforeAll(async () => {
  real = await realWorld(databaseKinds[0]!, { runtimeCheckMs: 20, uploadsPerUser: 1 });
});
afterEach(() => {
  vi.restoreAllMocks();
  real.runtime.unhealthy = null;
});
afterAll(async () => await real.close());

const errorOf = ({ status, error }: Answer): unknown => [status, error];

async function lambdaLike(changes: Partial<LambdaRevision>): Promise<string> {
  const parts = { inventoryId: real.inventoryId, originalAtmLambdaId: null, creatorId: real.world.admin.id };
  return (await real.world.registry.createLambda({ ...parts, revisions: [[1, lambdaRevision('echo', changes)]] }))!;
}

/** Schedules a new workflow of the revision. */
async function schedule(revision: WorkflowSchemaRevision): Promise<Answer> {
  const { world, inventoryId, spaceId } = real;
  const id = newId();
  const imported = await world.registry.importWorkflowSchema({
    client: { userId: world.admin.id, zoneWide: true },
    target: { kind: 'new', id, inventoryId, name: 'flow', summary: '', originalAtmWorkflowSchemaId: null },
    revision: { revisionNumber: 1, revision, supplements: {} },
  });
  if (!imported.ok) throw new Error(imported.error.description);
  return await world.post(workflowsPath, world.admin, { spaceId, atmWorkflowSchemaId: id, atmWorkflowSchemaRevisionNumber: 1 });
}

describe('schedule_workflow_execution', () => {
  const scheduled = async (): Promise<unknown> => errorOf(await real.schedule(real.world.admin, 'echo'));

  it('a lambda of another engine is not supported (rest §5.2 row 10)', async () => {
    const form = await lambdaLike({ operationSpec: { engine: 'userForm', userFormId: 'form' } });
    expect(errorOf(await schedule(workflowRevision([[form, 1]])))).toEqual([400, 'notSupported']);
  });

  it('a directory that is away is a storage that cannot be reached (rest §5.2 row 5)', async () => {
    const { path } = (await real.world.deps.spaces.get(real.spaceId))!;
    await rename(path, `${path}-away`);
    expect(await scheduled()).toEqual([503, 'serviceUnavailable']);
    await writeFile(path, 'no directory');
    expect(await scheduled()).toEqual([503, 'serviceUnavailable']);
    await rm(path);
    await rename(`${path}-away`, path);
    expect(await scheduled()).toEqual([201, undefined]);
  });

  it('a directory that may not be read is told so (rest §5.2 row 5)', async () => {
    vi.spyOn(real.world.deps.files, 'inSpace').mockResolvedValueOnce(refuse(posixError('EACCES')));
    const refused = await real.schedule(real.world.admin, 'echo');
    expect([errorOf(refused), refused.body.error.details]).toEqual([[400, 'posix'], { errno: 'eacces' }]);
    expect(await scheduled()).toEqual([201, undefined]);
  });

  it.each([
    ['atmOpenfaasNotConfigured', 400, makeError('atmOpenfaasNotConfigured')],
    ['atmOpenfaasUnreachable', 400, makeError('atmOpenfaasUnreachable')],
    ['atmOpenfaasQueryFailed', 400, makeError('atmOpenfaasQueryFailed', { reason: 'no answer' })],
    ['atmOpenfaasUnhealthy', 503, makeError('atmOpenfaasUnhealthy')],
  ])('is told why lambdas cannot run: %s (rest §5.2 row 11, execution R14)', async (id, status, error) => {
    real.runtime.unhealthy = error;
    await expect.poll(scheduled, patience).toEqual([status, id]);
    real.runtime.unhealthy = null;
    await expect.poll(scheduled, patience).toEqual([201, undefined]);
  });
});

it('upload_store_initial_content: a user has so many uploads and no more', async () => {
  const upload = async (): Promise<Answer> =>
    await real.world.request('POST', `${op}/spaces/${real.spaceId}/automation/execution/uploads`, {
      as: real.world.admin,
      payload: '{}\n',
      headers: { 'content-type': 'application/x-ndjson' },
    });
  const first = await upload();
  const second = await upload();
  expect([first.status, errorOf(second), second.body.error.details.limit]).toEqual([201, [400, 'limitReached'], 1]);
  const removed = await real.world.send('DELETE', new URL(String(first.headers['location'])).pathname, real.world.admin);
  expect([removed.status, (await upload()).status]).toEqual([204, 201]);
});

describe('browse_atm_store_content', () => {
  const store = (id: string, type: StoreSchema['type'], config: object): StoreSchema =>
    ({ id, name: id, description: '', type, config, requiresInitialContent: false, defaultInitialContent: null }) as StoreSchema;
  const size = { nameGeneratorType: 'exact', nameGenerator: 'size', unit: 'bytes' };
  const metrics = { total: { resolution: 0, retention: 1, aggregator: 'sum' } };
  const timeSeriesSchemas = [{ ...size, metrics }];

  let storeIds: Readonly<Record<string, string>>;
  beforeAll(async () => {
    const revision = workflowRevision([[await lambdaLike({}), 1]]);
    const stores = [
      ...revision.stores,
      store('single', 'singleValue', { itemDataSpec: { type: 'object' } }),
      store('series', 'timeSeries', { timeSeriesCollectionSchema: { timeSeriesSchemas }, dashboardSpec: null }),
    ];
    const { body } = await schedule({ ...revision, stores });
    storeIds = (await real.world.get(`${workflowsPath}/${body.atmWorkflowExecutionId}`, real.world.admin)).body.storeRegistry;
  });

  const browse = async (schemaId: string, query: string): Promise<unknown> =>
    errorOf(await real.world.get(`${op}/automation/execution/stores/${storeIds[schemaId]}/content${query}`, real.world.admin));

  it('a single value that was never set is told so (data-and-stores §4)', async () => {
    expect(await browse('single', '')).toEqual([400, 'atmStoreContentNotSet']);
  });

  it('windows of time series are asked for by a layout (data-and-stores §4)', async () => {
    expect(await browse('series', '?mode=slice')).toEqual([400, 'missingRequiredValue']);
    for (const layout of ['size', '[]', '{"size":'])
      expect(await browse('series', `?mode=slice&layout=${layout}`)).toEqual([400, 'badValueJSON']);
    expect(await browse('series', '?mode=slice&layout={"size":"total"}')).toEqual([400, 'badData']);
    expect(await browse('series', '?mode=slice&layout={"size":["total"]}')).toEqual([200, undefined]);
  });
});
