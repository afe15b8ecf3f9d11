/**
 * Editing one field over the API changes exactly that field of the next dump, whatever kind of field it is (schemas §3–§8). What is
 * compared is the whole dump, without its wrappers.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDatabaseUrl } from '../support/postgres.ts';
import { unwrapped } from './dump-forms.ts';
import { scenarioDump } from './dumps.ts';
import { adminToken, cleanUp, startProduct } from './support.ts';
import { Zone, type Person } from './zone.ts';

type Path = readonly (string | number)[];

const revisionPath: Path = ['revision', 'atmWorkflowSchemaRevision'];
const task: Path = ['lanes', 0, 'parallelBoxes', 0, 'tasks', 0];
const series: Path = [...task, 'timeSeriesStoreConfig', 'timeSeriesCollectionSchema', 'timeSeriesSchemas', 0];
const chart: Path = [...task, 'timeSeriesStoreConfig', 'dashboardSpec', 'rootSection', 'charts', 0];
const section = { title: { content: 'All', tip: '' }, description: '', isExpandedByDefault: true, chartNavigation: 'independent' };
const dashboard = { rootSection: { ...section, charts: [], sections: [] } };
const resources = {
  cpuRequested: 0.5,
  cpuLimit: null,
  memoryRequested: 1024,
  memoryLimit: 4096,
  ephemeralStorageRequested: 1,
  ephemeralStorageLimit: null,
};

/** Fields of a revision: where they are in its plain form, and what they become. */
const edits: readonly (readonly [kind: string, path: Path, value: unknown])[] = [
  ['the description of a revision', ['description'], 'edited ✎'],
  ['the state of a revision', ['state'], 'deprecated'],
  ['the dashboard of a revision', ['dashboardSpec'], dashboard],
  ['the title of a dashboard', ['dashboardSpec', 'rootSection', 'title', 'content'], 'Everything'],
  ['the name of a store', ['stores', 1, 'name'], 'sums'],
  ['the description of a store', ['stores', 1, 'description'], 'of each file'],
  ['whether a store needs content', ['stores', 1, 'requiresInitialContent'], true],
  ['the content that a store begins with', ['stores', 1, 'defaultInitialContent'], [{ path: 'a', sizes: [1, null] }]],
  ['a constraint of a data spec', ['stores', 0, 'config', 'itemDataSpec', 'fileType'], 'REG'],
  ['a list within a data spec', ['stores', 0, 'config', 'itemDataSpec', 'attributes'], ['fileId', 'name']],
  ['the name of a lane', ['lanes', 0, 'name'], 'sums of all files'],
  ['the number of retries', ['lanes', 0, 'maxRetries'], 3],
  ['the threshold of instant failure', ['lanes', 0, 'instantFailureExceptionThreshold'], 0.25],
  ['the dashboard of a lane', ['lanes', 0, 'dashboardSpec'], dashboard],
  ['the size of batches', ['lanes', 0, 'storeIteratorSpec', 'maxBatchSize'], 17],
  ['the iterated store', ['lanes', 0, 'storeIteratorSpec', 'storeSchemaId'], '00c9fb9ef9c021adfe56b86bc96fd8f2afdf06'],
  ['the name of a parallel box', ['lanes', 0, 'parallelBoxes', 0, 'name'], 'both'],
  ['the name of a task', [...task, 'name'], 'md5 of each'],
  ['a configured value', [...task, 'lambdaConfig', 'metadataKey'], 'other_key'],
  ['the resources of a task', [...task, 'resourceSpecOverride'], resources],
  ['one of the resources of a task', [...task, 'resourceSpecOverride', 'memoryLimit'], null],
  ['a value builder', [...task, 'argumentMappings', 0, 'valueBuilder', 'valueBuilderRecipe'], ['a', '0']],
  ['the function of a result mapping', [...task, 'resultMappings', 0, 'storeContentUpdateOptions', 'function'], 'extend'],
  ['the target of a result mapping', [...task, 'resultMappings', 0, 'storeSchemaId'], 'CURRENT_TASK_SYSTEM_AUDIT_LOG'],
  [
    'a rule of a result mapping',
    [...task, 'resultMappings', 1, 'storeContentUpdateOptions', 'dispatchRules', 1, 'prefixCombiner'],
    'concatenate',
  ],
  ['the unit of a time series', [...series, 'unit'], 'bits'],
  ['the retention of a metric', [...series, 'metrics', 'sum5s', 'retention'], 2880],
  ['the title of a chart', [...chart, 'title', 'content'], 'Speed'],
  ['the function of an axis', [...chart, 'yAxes', 0, 'valueProvider', 'functionName'], 'abs'],
  ['the options of a unit, which are plain JSON', [...chart, 'yAxes', 1, 'unitOptions', 'customName'], 'items/s'],
  ['the order of tasks', ['lanes', 0, 'parallelBoxes', 0, 'tasks'], 'reversed'],
];

afterAll(cleanUp);

describe.each(['sqlite', 'postgres'])('on %s', (database) => {
  let zone: Zone;
  let owner: Person;
  let schema: string;
  const revision = 1;

  beforeAll(async () => {
    const options = database === 'sqlite' ? [] : ['--database-url', await testDatabaseUrl('edits')];
    const product = await startProduct({ options });
    zone = new Zone(product.url, adminToken(product));
    owner = await zone.person('owner');
    const inventory = await zone.inventory(owner, 'edits');
    const source: any = scenarioDump('calculate-checksums-mounted');
    source.revision.originalRevisionNumber = revision;
    schema = await zone.make(owner, '/atm_workflow_schemas', { ...source, atmInventoryId: inventory });
  });

  const dump = async (): Promise<any> => {
    const { status, json } = await zone.ask(owner, 'POST', `/atm_workflow_schemas/${schema}/dump`, { includeRevision: revision });
    expect(status).toBe(200);
    return unwrapped(json);
  };

  /** Which fields of the dump the change made different. */
  async function fieldsChangedBy(change: () => Promise<void>): Promise<readonly string[]> {
    const before = await dump();
    await change();
    return differences(before, await dump());
  }

  test.each(edits)('nothing else changes with %s (schemas R17–R20)', async (_kind, path, value) => {
    const { revisionRegistry } = await zone.get(owner, `/atm_workflow_schemas/${schema}`);
    const plain = revisionRegistry[String(revision)];
    const current = at(plain, path);
    const next = value === 'reversed' ? current.toReversed() : value;
    const edited = replacedAt(plain, path, next);
    const body = { schemaFormatVersion: 2, originalRevisionNumber: revision, atmWorkflowSchemaRevision: edited };
    const changed = await fieldsChangedBy(
      async () =>
        await zone.change(owner, 'PUT', `/atm_workflow_schemas/${schema}/revision/${revision}`, { ...body, supplementaryAtmLambdas: {} }),
    );
    const expected = [...revisionPath, ...path].join('.');
    const isWithin = (field: string): boolean => field === expected || field.startsWith(`${expected}.`);
    expect(changed.length).toBeGreaterThan(0);
    expect(changed.filter((field) => !isWithin(field))).toEqual([]);
    expect(at(await dump(), [...revisionPath, ...path])).toEqual(next);
  });

  test.each([
    ['name', 'edited name'],
    ['summary', 'edited summary'],
  ])('nothing else changes with the %s of a workflow schema (schemas R44)', async (field, value) => {
    const changed = await fieldsChangedBy(
      async () => await zone.change(owner, 'PATCH', `/atm_workflow_schemas/${schema}`, { [field]: value }),
    );
    expect(changed).toEqual([field]);
    expect((await dump())[field]).toBe(value);
  });

  test('nothing else changes with the state of a lambda revision', async () => {
    const [[lambda, numbers]] = Object.entries<any>((await dump()).revision.supplementaryAtmLambdas) as [[string, object]];
    const [number] = Object.keys(numbers);
    const changed = await fieldsChangedBy(
      async () => await zone.change(owner, 'PATCH', `/atm_lambdas/${lambda}/revision/${number}`, { state: 'deprecated' }),
    );
    expect(changed).toEqual([`revision.supplementaryAtmLambdas.${lambda}.${number}.revision.atmLambdaRevision.state`]);
  });

  test('another revision of a lambda changes the tasks that use it, and what comes with them', async () => {
    const { revisionRegistry } = await zone.get(owner, `/atm_workflow_schemas/${schema}`);
    const plain = revisionRegistry[String(revision)];
    const { lambdaId, lambdaRevisionNumber: number } = at(plain, task);
    const { json: lambda } = await zone.ask(owner, 'POST', `/atm_lambdas/${lambdaId}/revision/${number}/dump`);
    await zone.change(owner, 'PUT', `/atm_lambdas/${lambdaId}/revision/90`, lambda);
    const edited = replacedAt(plain, [...task, 'lambdaRevisionNumber'], 90);
    const body = { schemaFormatVersion: 2, originalRevisionNumber: revision, atmWorkflowSchemaRevision: edited };
    const changed = await fieldsChangedBy(
      async () =>
        await zone.change(owner, 'PUT', `/atm_workflow_schemas/${schema}/revision/${revision}`, { ...body, supplementaryAtmLambdas: {} }),
    );
    expect(changed.toSorted()).toEqual(
      [[...revisionPath, ...task, 'lambdaRevisionNumber'].join('.'), `revision.supplementaryAtmLambdas.${lambdaId}.90`].toSorted(),
    );
  });

  test('nothing that is no part of the workflow changes its dump: the name of the inventory', async () => {
    const { atmInventoryId } = await zone.get(owner, `/atm_workflow_schemas/${schema}`);
    expect(
      await fieldsChangedBy(async () => await zone.change(owner, 'PATCH', `/atm_inventories/${atmInventoryId}`, { name: 'other' })),
    ).toEqual([]);
  });
});

function at(document: any, path: Path): any {
  let inner = document;
  for (const key of path) inner = inner[key];
  return inner;
}

function replacedAt(document: any, [key, ...rest]: Path, value: unknown): any {
  if (key === undefined) return value;
  const copy = Array.isArray(document) ? [...document] : { ...document };
  if (!(key in copy)) throw new Error(`there is no field ${key}`);
  copy[key] = replacedAt(document[key], rest, value);
  return copy;
}

/** Paths of the fields that differ; of a list with another length, the list itself. */
function differences(before: any, after: any, path = ''): readonly string[] {
  const isOpen = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
  const sameShape = isOpen(before) && isOpen(after) && Array.isArray(before) === Array.isArray(after);
  if (!sameShape) return Object.is(before, after) ? [] : [path];
  if (Array.isArray(before) && before.length !== after['length']) return [path];
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) => differences(before[key], after[key], path === '' ? key : `${path}.${key}`));
}
