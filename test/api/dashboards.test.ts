/**
 * What a client needs to draw the charts of an execution, over HTTP on the real engine and both databases: dashboards from the schema of
 * the execution, the store of each task run from its task, windows from the store.
 */
import type { ExecutionDetails, TaskDetails, WorkflowDump } from '@laneway/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { databaseKinds } from '../support/databases.ts';
import type { InProcessLambda } from '../support/in-process-runtime.ts';
import { smallWorkflow, type PlainDump } from '../acceptance/dumps.ts';
import { startApiServer, workflows, type ApiServer } from './support/api-server.ts';

const now = Math.floor(Date.now() / 1000);

/** Counts its items in a measurement; those that ask for it fail. */
const counting: InProcessLambda = async (job) => {
  const { argsBatch } = job.request;
  const resultsBatch = argsBatch.map(({ value }) =>
    (value as { readonly fail?: boolean }).fail === true ? { exception: 'asked for' } : { value },
  );
  const value = { tsName: 'items', timestamp: now, value: argsBatch.length };
  return await Promise.resolve({ kind: 'answered', response: { resultsBatch }, streamed: [{ resultName: 'stats', value }] });
};

const dashboard = (content: string) => ({
  rootSection: {
    title: { content, tip: '' },
    description: '',
    isExpandedByDefault: true,
    chartNavigation: 'independent',
    charts: [],
    sections: [],
  },
});
const series = [
  {
    nameGeneratorType: 'exact',
    nameGenerator: 'items',
    unit: 'none',
    metrics: { minute: { aggregator: 'sum', resolution: 60, retention: 10 } },
  },
];
const measurement = { type: 'timeSeriesMeasurement', specs: [{ nameMatcherType: 'exact', nameMatcher: 'items', unit: 'none' }] };
const rule = {
  measurementTimeSeriesNameMatcherType: 'exact',
  measurementTimeSeriesNameMatcher: 'items',
  targetTimeSeriesNameGenerator: 'items',
  prefixCombiner: 'overwrite',
};

function chartedWorkflow(): WorkflowDump {
  const dump = smallWorkflow({ image: 'lambda', lanes: [[['count']]] });
  const { revision } = dump as unknown as PlainDump;
  const schema = revision.atmWorkflowSchemaRevision;
  Object.assign(schema, { dashboardSpec: dashboard('workflow') });
  for (const lane of schema.lanes) {
    Object.assign(lane, { dashboardSpec: dashboard('lane') });
    for (const task of lane.parallelBoxes.flatMap((box) => box.tasks)) {
      task.timeSeriesStoreConfig = { timeSeriesCollectionSchema: { timeSeriesSchemas: series }, dashboardSpec: dashboard('task') };
      task.resultMappings.push({
        resultName: 'stats',
        storeSchemaId: 'CURRENT_TASK_TIME_SERIES',
        storeContentUpdateOptions: { type: 'timeSeriesStoreContentUpdateOptions', dispatchRules: [rule] },
      });
    }
  }
  for (const { revision: lambda } of Object.values(revision.supplementaryAtmLambdas).flatMap((revisions) => Object.values(revisions))) {
    (lambda.atmLambdaRevision['resultSpecs'] as unknown[]).push({ name: 'stats', dataSpec: measurement, relayMethod: 'filePipe' });
  }
  return dump;
}

describe.each(databaseKinds)('dashboards on $name', ({ name }) => {
  let api: ApiServer;
  let id: string;

  beforeAll(async () => {
    api = await startApiServer({ database: name, natural: counting });
    api.puppets.standard = 'go';
    id = await api.schedule(chartedWorkflow(), { input: [{ n: 1 }, { n: 2 }, { fail: true }] });
    await api.untilEnded(id);
  });
  afterAll(async () => await api.close());

  const taskOf = async (details: ExecutionDetails, runNumber: number): Promise<TaskDetails> => {
    const run = details.lanes[0]?.runs.find((candidate) => candidate.runNumber === runNumber);
    const [taskId] = Object.values(run?.parallelBoxes[0]?.taskRegistry ?? {});
    return await api.client.executions.task(taskId ?? '');
  };
  const content = async (storeId: string | null, query: Readonly<Record<string, string>>): Promise<any> =>
    await api.client.stores.content(storeId ?? '', { type: 'timeSeriesStoreContentBrowseOptions', ...query });
  const windows = async (task: TaskDetails): Promise<unknown> =>
    (await content(task.timeSeriesStoreId, { mode: 'slice', layout: '{"items":["minute"]}' })).slice.items.minute;
  const inMinute = (value: number) => [{ timestamp: now - (now % 60), value }];

  test('the schema of the execution has the dashboards of the workflow, of its lanes and of its tasks (ui-and-scenarios §1.14)', async () => {
    const answer = await api.client.executions.schema(id);
    const details = await api.details(id);
    expect(answer).toMatchObject({
      atmWorkflowSchemaSnapshotId: details.atmWorkflowSchemaSnapshotId,
      name: 'small workflow',
      atmWorkflowSchemaRevisionNumber: 1,
    });
    const { dashboardSpec, lanes } = answer.atmWorkflowSchemaRevision;
    expect(dashboardSpec).toEqual(dashboard('workflow'));
    expect(lanes[0]?.dashboardSpec).toEqual(dashboard('lane'));
    const [task] = lanes[0]?.parallelBoxes[0]?.tasks ?? [];
    expect(task?.timeSeriesStoreConfig?.dashboardSpec).toEqual(dashboard('task'));
    expect(task?.timeSeriesStoreConfig?.timeSeriesCollectionSchema).toEqual({ timeSeriesSchemas: series });
    expect(Object.keys(details.lanes[0]?.runs[0]?.parallelBoxes[0]?.taskRegistry ?? {})).toEqual([task?.id]);
    const lambda = answer.atmLambdaRevisions[task?.lambdaId ?? '']?.[String(task?.lambdaRevisionNumber)];
    expect(lambda?.resultSpecs.map(({ name: result }) => result)).toEqual(['value', 'stats']);
  });

  test('the schema of the execution stays when the workflow schema goes (rest R75)', async () => {
    const before = await api.client.executions.schema(id);
    await api.client.registry.deleteWorkflowSchema(before.atmWorkflowSchemaId);
    expect(await api.client.executions.schema(id)).toEqual(before);
  });

  test('only who may see the details may see the schema and the pods (rest R79, lambdas R68)', async () => {
    const viewer = await api.actor(`viewer-${name}`, ['view']);
    const outsider = await api.actor(`outsider-${name}`, ['view'], { inInventory: false });
    const stranger = await api.actor(`stranger-${name}`, []);
    for (const [aspect, status] of [
      ['schema', 200],
      ['pods', 200],
      ['pods/unknown/events', 404],
    ] as const) {
      const path = `${workflows}/${id}/${aspect}`;
      expect((await api.send('GET', path, { as: viewer })).status).toBe(status);
      expect(await api.send('GET', path, { as: outsider })).toMatchObject({ status: 403, id: 'forbidden' });
      expect(await api.send('GET', path, { as: stranger })).toMatchObject({ status: 403, id: 'forbidden' });
      expect(await api.send('GET', path, { as: null })).toMatchObject({ status: 401 });
      expect(await api.send('GET', `${workflows}/unknown/${aspect}`)).toMatchObject({ status: 404, id: 'notFound' });
    }
  });

  test('each task run has a store of its own: a retry goes on with a copy, a rerun begins anew (data-and-stores R64, execution §12.5)', async () => {
    const first = await taskOf(await api.details(id), 1);
    expect(await content(first.timeSeriesStoreId, {})).toEqual({ layout: { items: ['minute'] } });
    expect(await windows(first)).toEqual(inMinute(3));
    await api.client.executions.retry(id, { laneIndex: 1, laneRunNumber: 1 });
    const retried = await taskOf(await api.untilEnded(id), 2);
    await api.client.executions.rerun(id, { laneIndex: 1, laneRunNumber: 1 });
    const rerun = await taskOf(await api.untilEnded(id), 3);
    expect(new Set([first, retried, rerun].map((task) => task.timeSeriesStoreId)).size).toBe(3);
    expect(await Promise.all([first, retried, rerun].map(windows))).toEqual([inMinute(3), inMinute(4), inMinute(3)]);
  });

  test('the store of a task tells units, aggregators and resolutions for the axes', async () => {
    const { timeSeriesStoreId } = await taskOf(await api.details(id), 1);
    const { type, config } = await api.client.stores.details(timeSeriesStoreId ?? '');
    expect([type, config]).toMatchObject(['timeSeries', { timeSeriesCollectionSchema: { timeSeriesSchemas: series } }]);
  });
});
