/** Scenarios F: results of executions (ui-and-scenarios S40–S44), over HTTP with real lambdas. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { scenarioDump } from './dumps.ts';
import { sorted, startStoreScenarios, workflows, type StoreScenarios } from './store-scenarios.ts';
import { cleanUp, until, untilEnded, valuesOf } from './support.ts';

const contents = { file1: '100', file2: '1000', file3: '10000', file4: '100', file5: '100000' };
const adler32: Readonly<Record<string, string>> = { 100: '1260092', 1000: '1e800c2', 10000: '2da00f2', 100000: '3fc0122' };

let scenarios: StoreScenarios;
beforeAll(async () => {
  const dir2 = Object.fromEntries(Object.entries(contents).map(([name, content]) => [`dir2/${name}`, content]));
  scenarios = await startStoreScenarios({ 'dir1/file1': '100', ...dir2 });
});
afterAll(cleanUp);

function digest(algorithm: string, content: string): string {
  return algorithm === 'adler32' ? (adler32[content] ?? '') : createHash(algorithm).update(content).digest('hex');
}

/** A checksum of digits alone is a number there (lambdas R111). */
function attributeOf(checksum: string): string | number {
  return /^[1-9]\d{0,9}$/.test(checksum) ? Number(checksum) : checksum;
}

type Pod = Awaited<ReturnType<StoreScenarios['product']['client']['executions']['pods']>>['pods'][number];

/** The pods of an execution that has ended, once none is current any more. */
async function podsAtRest(executionId: string): Promise<readonly Pod[]> {
  const { executions } = scenarios.product.client;
  const list = await until(
    'the end of the pods',
    async () => await executions.pods(executionId),
    ({ pods }) => pods.length > 0 && pods.every(({ currentStatus }) => currentStatus === 'Terminated'),
  );
  return list.pods;
}

interface PodEvent {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
}

async function eventsOf(executionId: string, podId: string): Promise<readonly PodEvent[]> {
  const { logEntries } = await scenarios.product.client.executions.podEvents(executionId, podId);
  return logEntries.map(({ content }) => content as PodEvent);
}

const resourceSpec = {
  cpuRequested: 0.1,
  cpuLimit: null,
  memoryRequested: 104_857_600,
  memoryLimit: null,
  ephemeralStorageRequested: 104_857_600,
  ephemeralStorageLimit: null,
};

/** Creates a lambda as the form does: a first revision, filled in by hand. */
async function createLambda(revision: Readonly<Record<string, unknown>>): Promise<string> {
  const { registry } = scenarios.product.client;
  const before = new Set(await registry.lambdas(scenarios.inventoryId));
  const { status, json } = await scenarios.ask('POST', '/api/v3/onezone/atm_lambdas', {
    atmInventoryId: scenarios.inventoryId,
    revision: {
      schemaFormatVersion: 2,
      originalRevisionNumber: 1,
      atmLambdaRevision: { summary: '', description: '', preferredBatchSize: 10, resourceSpec, state: 'draft', ...revision },
    },
  });
  expect([status, json]).toEqual([201, undefined]);
  const [made] = (await registry.lambdas(scenarios.inventoryId)).filter((id) => !before.has(id));
  return made ?? '';
}

/** A workflow schema without revisions gets its first one, and an execution of it ends. */
async function runByHand(name: string, revision: unknown, overlay: Readonly<Record<string, unknown>>) {
  const { registry, executions } = scenarios.product.client;
  const schemaId = await registry.createWorkflowSchema(scenarios.inventoryId, { name } as never);
  await registry.putWorkflowRevision(schemaId, { originalRevisionNumber: 1, schemaFormatVersion: 2, atmWorkflowSchemaRevision: revision });
  const id = await executions.schedule({
    atmWorkflowSchemaId: schemaId,
    atmWorkflowSchemaRevisionNumber: 1,
    spaceId: scenarios.spaceId,
    storeInitialContentOverlay: overlay,
  });
  return await untilEnded(scenarios.product.client, id);
}

const iteratedItem = { valueBuilderType: 'iteratedItem', valueBuilderRecipe: null };
const append = { type: 'listStoreContentUpdateOptions', function: 'append' };
const object = { type: 'object' };
const store = (id: string, type: string, itemDataSpec: unknown, requiresInitialContent: boolean) => ({
  id,
  name: id,
  description: '',
  type,
  config: { itemDataSpec },
  defaultInitialContent: null,
  requiresInitialContent,
});
const operationSpec = (dockerImage: string, mountOneclient: boolean) => ({
  engine: 'openfaas',
  dockerImage,
  dockerExecutionOptions: { readonly: false, mountOneclient, oneclientMountPoint: '/mnt/onedata', oneclientOptions: '' },
});

interface HandmadeTask {
  readonly id: string;
  readonly name: string;
  readonly lambdaId: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly argument: string;
  readonly result: string;
  readonly target: string;
}

function task({ id, name, lambdaId, config, argument, result, target }: HandmadeTask) {
  return {
    id,
    name,
    lambdaId,
    lambdaRevisionNumber: 1,
    lambdaConfig: config,
    argumentMappings: [{ argumentName: argument, valueBuilder: iteratedItem }],
    resultMappings: [{ resultName: result, storeSchemaId: target, storeContentUpdateOptions: append }],
    resourceSpecOverride: null,
    timeSeriesStoreConfig: null,
  };
}

const lane = (storeSchemaId: string, boxes: readonly (readonly unknown[])[]) => ({
  id: 'lane1',
  name: 'Lane1',
  storeIteratorSpec: { storeSchemaId, maxBatchSize: 100 },
  parallelBoxes: boxes.map((tasks, index) => ({ id: `box${index + 1}`, name: 'Parallel box', tasks })),
  maxRetries: 0,
  dashboardSpec: null,
});

test('S40 the pods of an echo have come and gone, and tell of it', async () => {
  const ended = await scenarios.run(scenarioDump('echo'), { input: await scenarios.files('dir1') });
  expect(ended.status).toBe('finished');
  const id = ended.details.atmWorkflowExecutionId;
  const [pod] = await podsAtRest(id);
  expect(pod).toMatchObject({ taskId: (await ended.task('echo')).id, podId: expect.stringContaining('echo') });
  const events = await eventsOf(id, pod?.podId ?? '');
  expect(events.map(({ reason }) => reason)).toEqual(expect.arrayContaining(['Terminated', 'Running', 'Scheduled']));
  const page = `${workflows}/${id}/pods/${pod?.podId}/events`;
  const oldest = (await scenarios.ask('GET', `${page}?direction=forward_from_oldest&limit=1`)).json;
  expect(oldest).toMatchObject({ logEntries: [{ index: '0', severity: 'info', content: { reason: 'Scheduled' } }], isLast: false });
  expect(await scenarios.ask('GET', `${page}?limit=0`)).toMatchObject({ status: 400, id: 'badValueNotInRange' });
  expect(await scenarios.ask('GET', `${workflows}/${id}/pods/unknown/events`)).toMatchObject({ status: 404, id: 'notFound' });
});

test('S41 an echo workflow that was built by hand passes its file on', async () => {
  const number = { type: 'number', integersOnly: false, allowedValues: null };
  const parameter = (name: string, dataSpec: unknown, defaultValue: unknown) => ({ name, dataSpec, isOptional: true, defaultValue });
  const lambdaId = await createLambda({
    name: 'echo',
    operationSpec: operationSpec('onedata/lambda-echo:v3', false),
    configParameterSpecs: [
      parameter('sleepDurationSec', number, 0),
      parameter('exceptionProbability', number, 0),
      parameter('streamResults', { type: 'boolean' }, false),
    ],
    argumentSpecs: [{ name: 'data', dataSpec: object, isOptional: false, defaultValue: null }],
    resultSpecs: [{ name: 'data', dataSpec: object, relayMethod: 'returnValue' }],
  });
  const file = { type: 'file', fileType: 'ANY', attributes: ['fileId'] };
  const [dir1] = await scenarios.files('dir1');
  const details = await runByHand(
    'Workflow1',
    {
      description: 'Workflow1_revision1',
      stores: [store('input', 'list', file, true), store('output', 'list', object, false)],
      lanes: [
        lane('input', [[task({ id: 'task1', name: 'echo', lambdaId, config: {}, argument: 'data', result: 'data', target: 'output' })]]),
      ],
      dashboardSpec: null,
      state: 'draft',
    },
    { input: [dir1] },
  );
  expect(details.status).toBe('finished');
  const [input, output] = await Promise.all(
    ['input', 'output'].map(async (name) => await valuesOf(scenarios.product.client, details.storeRegistry[name])),
  );
  expect(output).toEqual([dir1]);
  expect(input).toMatchObject([{ ...dir1, name: 'dir1' }]);
});

test('S42 a checksum workflow that was built by hand writes results and extended attributes', async () => {
  const text = { type: 'string', allowedValues: null };
  const file = { type: 'file', fileType: 'ANY', attributes: ['fileId'] };
  const lambdaId = await createLambda({
    name: 'checksum-counting-oneclient',
    operationSpec: operationSpec('onedata/lambda-calculate-checksum-mounted:v2', true),
    configParameterSpecs: ['metadataKey', 'algorithm'].map((name) => ({ name, dataSpec: text, isOptional: false, defaultValue: null })),
    argumentSpecs: [{ name: 'file', dataSpec: file, isOptional: false, defaultValue: null }],
    resultSpecs: [{ name: 'result', dataSpec: object, relayMethod: 'returnValue' }],
  });
  const checksumTask = (id: string, name: string, algorithm: string) =>
    task({
      id,
      name,
      lambdaId,
      config: { algorithm, metadataKey: `${algorithm}_key` },
      argument: 'file',
      result: 'result',
      target: 'output-store',
    });
  const [file1] = await scenarios.files('dir1/file1');
  const details = await runByHand(
    'Workflow2',
    {
      description: '',
      stores: [store('input-files', 'treeForest', file, true), store('output-store', 'list', object, false)],
      lanes: [
        lane('input-files', [[checksumTask('task1', 'First lambda task', 'md5')], [checksumTask('task2', 'Second lambda task', 'sha256')]]),
      ],
      dashboardSpec: null,
      state: 'draft',
    },
    { 'input-files': [file1] },
  );
  expect(details.status).toBe('finished');
  const results = ['md5', 'sha256'].map((algorithm) => ({ ...file1, algorithm, checksum: digest(algorithm, '100') }));
  expect(sorted(await valuesOf(scenarios.product.client, details.storeRegistry['output-store']))).toEqual(sorted(results));
  expect(await scenarios.xattrs('dir1/file1')).toMatchObject({ md5_key: digest('md5', '100'), sha256_key: digest('sha256', '100') });
});

test('S43 four checksums of five files: each in the store and in the attributes of its file', async () => {
  const ended = await scenarios.run(scenarioDump('counting-different-checksums'), { 'input-files': await scenarios.files('dir2') });
  expect(ended.status).toBe('finished');
  const algorithms = ['md5', 'sha256', 'adler32', 'sha512'];
  const expected = [];
  for (const [name, content] of [...Object.entries(contents), [null, null] as const]) {
    const path = name === null ? 'dir2' : `dir2/${name}`;
    const checksums = algorithms.map((algorithm) => [algorithm, content === null ? null : digest(algorithm, content)] as const);
    const fileId = await scenarios.file(path);
    expected.push(...checksums.map(([algorithm, checksum]) => ({ fileId, algorithm, checksum })));
    if (content === null) continue;
    expect(await scenarios.xattrs(path)).toMatchObject(
      Object.fromEntries(checksums.map(([algorithm, checksum]) => [`${algorithm}_key`, attributeOf(checksum ?? '')])),
    );
  }
  expect(expected).toHaveLength(24);
  expect(sorted(await ended.list('output-store'))).toEqual(sorted(expected));
});

test('S44 each task has pods of its own that tell what happened to them (sandboxes have no sidecars to tell of)', async () => {
  const ended = await scenarios.run(scenarioDump('checksum-counting-different-lambdas'), { 'input-files': await scenarios.files('dir1') });
  expect(ended.status).toBe('finished');
  const id = ended.details.atmWorkflowExecutionId;
  const pods = await podsAtRest(id);
  for (const name of ['md5', 'sha256', 'adler32', 'sha512']) {
    const { id: taskId } = await ended.task(name);
    const own = pods.filter((pod) => pod.taskId === taskId);
    expect(own.length).toBeGreaterThan(0);
    for (const { podId } of own) {
      expect(podId).toContain('calculate-checksum');
      const messages = (await eventsOf(id, podId)).map(({ message }) => message);
      expect(messages).toEqual(
        expect.arrayContaining([
          'Created container calculate-checksum',
          'Started container calculate-checksum',
          'Pod initialized, containers ready',
          'Stopping container calculate-checksum',
          'The pod has been terminated',
        ]),
      );
    }
  }
});
