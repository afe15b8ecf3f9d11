/** Where values come from, as seen over HTTP, through the client and on the command line, over the real engine. */
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { LanewayClient } from '@laneway/client';
import { newId, type StoreSchema, type TaskSchema, type WorkflowSchemaRevision } from '@laneway/model';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildProgram } from '../packages/cli/src/program.ts';
import { realWorld, type RealWorld } from '../packages/server/test/support/real-world.ts';
import { lambdaRevision, workflowRevision } from '../packages/server/test/support/world.ts';
import { databaseKinds } from './support/databases.ts';

const [sqlite] = databaseKinds;
const number = { type: 'number', integersOnly: false, allowedValues: null } as const;
const lineageOfItem = (itemIndex: number): object => ({
  laneRunId: expect.any(String),
  laneIndex: 1,
  runNumber: 1,
  taskId,
  taskSchemaId,
  lambdaId,
  lambdaRevisionNumber: 1,
  attempt: 1,
  itemIndex,
  traceId: expect.stringMatching(/^[0-9a-f]{20}$/),
});

let real: RealWorld;
let client: LanewayClient;
let server: string;
let stores: Readonly<Record<string, string>>;
let taskId: string;
let taskSchemaId: string;
let lambdaId: string;

beforeAll(async () => {
  real = await realWorld(sqlite!);
  await real.world.app.listen({ host: '127.0.0.1', port: 0 });
  server = `http://127.0.0.1:${(real.world.app.server.address() as AddressInfo).port}`;
  client = new LanewayClient({ server, token: real.world.admin.token });
  await runCopy();
});
afterAll(async () => {
  process.exitCode = undefined;
  await real.close();
});

function revisionOf(): WorkflowSchemaRevision {
  const revision = workflowRevision([[lambdaId, 1]]);
  const [lane] = revision.lanes;
  const [box] = lane!.parallelBoxes;
  const [task] = box!.tasks;
  const store = (id: string, type: 'list' | 'auditLog' | 'singleValue' | 'timeSeries', config: object) =>
    ({ id, name: id, description: '', type, config, requiresInitialContent: false, defaultInitialContent: null }) as StoreSchema;
  const mapping = (storeSchemaId: string, type: string, more: object = {}) =>
    ({ resultName: 'value', storeSchemaId, storeContentUpdateOptions: { type, ...more } }) as TaskSchema['resultMappings'][number];
  const copying: TaskSchema = {
    ...task!,
    argumentMappings: [{ argumentName: 'item', valueBuilder: { valueBuilderType: 'iteratedItem', valueBuilderRecipe: null } }],
    resultMappings: [
      mapping('output', 'listStoreContentUpdateOptions', { function: 'append' }),
      mapping('last', 'singleValueStoreContentUpdateOptions'),
      mapping('notes', 'auditLogStoreContentUpdateOptions', { function: 'append' }),
    ],
  };
  taskSchemaId = copying.id;
  const input = { ...store('input', 'list', { itemDataSpec: number }), defaultInitialContent: [30, 20, 10] } as StoreSchema;
  return {
    ...revision,
    stores: [
      input,
      store('output', 'list', { itemDataSpec: number }),
      store('last', 'singleValue', { itemDataSpec: number }),
      store('notes', 'auditLog', { logContentDataSpec: number }),
      store('series', 'timeSeries', { timeSeriesCollectionSchema: { timeSeriesSchemas: [] } }),
    ],
    lanes: [{ ...lane!, storeIteratorSpec: { storeSchemaId: 'input', maxBatchSize: 100 }, parallelBoxes: [{ ...box!, tasks: [copying] }] }],
  };
}

async function runCopy(): Promise<void> {
  const { registry } = real.world.deps;
  const { id: userId } = real.world.admin;
  const copy = lambdaRevision('copy', {
    argumentSpecs: [{ name: 'item', dataSpec: number, isOptional: false, defaultValue: null }],
    resultSpecs: [{ name: 'value', dataSpec: number, relayMethod: 'returnValue' }],
  });
  const { inventoryId, spaceId } = real;
  lambdaId = (await registry.createLambda({ inventoryId, originalAtmLambdaId: null, creatorId: userId, revisions: [[1, copy]] }))!;
  const schemaId = newId();
  const imported = await registry.importWorkflowSchema({
    client: { userId, zoneWide: true },
    target: { kind: 'new', id: schemaId, inventoryId, name: 'copy', summary: '', originalAtmWorkflowSchemaId: null },
    revision: { revisionNumber: 1, revision: revisionOf(), supplements: {} },
  });
  expect(imported.ok).toBe(true);
  const executionId = await client.executions.schedule({ atmWorkflowSchemaId: schemaId, atmWorkflowSchemaRevisionNumber: 1, spaceId });
  await real.atStatus(executionId, 'finished');
  const details = await client.executions.details(executionId);
  stores = details.storeRegistry;
  taskId = details.lanes[0]?.runs[0]?.parallelBoxes[0]?.taskRegistry[taskSchemaId] ?? 'none';
}

async function laneway(...args: readonly string[]): Promise<readonly unknown[]> {
  const out = new PassThrough();
  const printed = text(out);
  const env = { LANEWAY_SERVER: server, LANEWAY_TOKEN: real.world.admin.token };
  try {
    await buildProgram({ out, err: new PassThrough(), interactive: false, color: false, env }, '1.2.3').parseAsync(args, { from: 'user' });
  } finally {
    out.end();
  }
  const lines = (await printed).split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as unknown);
}

async function collect<T>(values: AsyncIterable<T>): Promise<readonly T[]> {
  const collected: T[] = [];
  for await (const value of values) collected.push(value);
  return collected;
}

const content = async (store: string, query: string): Promise<any> =>
  (await real.world.get(`/api/v3/oneprovider/automation/execution/stores/${stores[store]}/content${query}`, real.world.admin)).body;

it('the content of a store tells lineage only when asked (data-and-stores §5)', async () => {
  const plain = [30, 20, 10].map((value, index) => ({ index: String(index), success: true, value }));
  expect(await content('output', '')).toEqual({ items: plain, isLast: true });
  expect(await content('output', '?lineage=false')).toEqual({ items: plain, isLast: true });
  expect(await content('output', '?lineage=true&limit=2&index=1')).toEqual({
    items: plain.slice(1).map((entry, offset) => ({ ...entry, lineage: lineageOfItem(offset + 1) })),
    isLast: true,
  });
  expect(await content('input', '?lineage=true')).toEqual({ items: plain.map((entry) => ({ ...entry, lineage: null })), isLast: true });
  expect(await content('last', '')).toEqual({ success: true, value: 10 });
  expect(await content('last', '?lineage=true')).toEqual({ success: true, value: 10, lineage: lineageOfItem(2) });
  expect(await content('series', '?lineage=true')).toEqual({ layout: {} });
  expect(await content('output', '?lineage=perhaps')).toMatchObject({ error: { id: 'badValueBoolean', details: { key: 'lineage' } } });
});

it('the client gives the lineage of each entry when asked', async () => {
  const entries = await collect(client.stores.entries(stores['output'] ?? '', { lineage: true }));
  expect(entries.map((entry) => entry.lineage)).toEqual([0, 1, 2].map(lineageOfItem));
  const logged = await collect(client.stores.logEntries(stores['notes'] ?? '', { lineage: true }));
  expect(logged.map((entry) => [entry.content, entry.lineage?.itemIndex])).toEqual([
    [30, 0],
    [20, 1],
    [10, 2],
  ]);
  const plain = await collect(client.stores.logEntries(stores['notes'] ?? ''));
  expect(plain.every((entry) => !('lineage' in entry))).toBe(true);
});

it('laneway store --lineage prints index, value and lineage; without it nothing but values', async () => {
  const store = async (name: string, ...options: readonly string[]) => await laneway('store', stores[name] ?? '', ...options);
  expect(await store('output')).toEqual([30, 20, 10]);
  const traced = [30, 20, 10].map((value, index) => ({ index, value, lineage: lineageOfItem(index) }));
  expect(await store('output', '--lineage')).toEqual(traced);
  expect(await store('input', '--lineage')).toEqual(traced.map((line) => ({ ...line, lineage: null })));
  expect(await store('last', '--lineage')).toEqual([{ index: null, value: 10, lineage: lineageOfItem(2) }]);
  const entry = { timestamp: expect.any(Number), severity: 'info', source: 'user' };
  expect(await store('notes', '--lineage')).toEqual(
    traced.map(({ index, value, lineage }) => ({ index, value: { ...entry, content: value }, lineage })),
  );
  await expect(store('series', '--lineage')).rejects.toThrow(/comes from no single item/);
});
