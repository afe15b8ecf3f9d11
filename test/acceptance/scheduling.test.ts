/** What scheduling takes for the content of stores, and that it takes a copy of everything else (rest §5.2). */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { smallWorkflow } from './dumps.ts';
import { cleanUp, startProduct, untilEnded, valuesOf, type Product } from './support.ts';

let product: Product;
let spaceId: string;
let inventoryId: string;

beforeAll(async () => {
  product = await startProduct();
  spaceId = await product.client.registry.createSpace({ name: 'data' });
  inventoryId = await product.client.registry.createInventory('workflows');
});

afterAll(cleanUp);

interface SchemaOptions {
  /** Of the store `input`, which needs content and has no default. */
  readonly input?: Readonly<Record<string, unknown>>;
  readonly config?: Readonly<Record<string, number>>;
  readonly inventory?: string;
}

/** Echoes numbers from `input` to `output`. */
async function addSchema({ input = {}, config = {}, inventory = inventoryId }: SchemaOptions = {}): Promise<string> {
  const dump = smallWorkflow({ image: 'onedata/lambda-echo', itemType: 'number', config });
  const { stores } = dump.revision.atmWorkflowSchemaRevision as { readonly stores: readonly object[] };
  Object.assign(stores[0] ?? {}, input);
  return await product.client.registry.createWorkflowSchema(inventory, dump);
}

async function schedule(schemaId: string, overlay: Readonly<Record<string, unknown>>): Promise<string> {
  const revision = { atmWorkflowSchemaId: schemaId, atmWorkflowSchemaRevisionNumber: 1 };
  return await product.client.executions.schedule({ ...revision, spaceId, storeInitialContentOverlay: overlay });
}

async function outputOf(executionId: string): Promise<readonly unknown[]> {
  const details = await untilEnded(product.client, executionId);
  expect(details.status).toBe('finished');
  return await valuesOf(product.client, details.storeRegistry['output']);
}

async function executionCount(): Promise<number> {
  const phases = ['waiting', 'ongoing', 'suspended', 'ended'] as const;
  const pages = await Promise.all(phases.map(async (phase) => await product.client.executions.list(spaceId, { phase })));
  return pages.flatMap((page) => page.atmWorkflowExecutions).length;
}

test('content for stores that the workflow does not have is ignored (rest R74)', async () => {
  expect(await outputOf(await schedule(await addSchema(), { input: [1, 2], nosuchstore: [3] }))).toEqual([1, 2]);
});

test('null counts as no content: the default applies, and without one nothing is scheduled and nothing remains (rest R72, R74)', async () => {
  const withDefault = await addSchema({ input: { defaultInitialContent: [7] } });
  expect(await outputOf(await schedule(withDefault, { input: null }))).toEqual([7]);
  expect(await outputOf(await schedule(withDefault, { input: [8] }))).toEqual([8]);
  const before = await executionCount();
  await expect(schedule(await addSchema(), { input: null })).rejects.toMatchObject({
    status: 400,
    error: {
      id: 'atmStoreCreationFailed',
      details: { atmStoreSchemaId: 'input', specificError: { id: 'atmStoreMissingRequiredInitialContent' } },
    },
  });
  expect(await executionCount()).toBe(before);
});

test('a store that needs no content may be empty (rest R78)', async () => {
  expect(await outputOf(await schedule(await addSchema({ input: { requiresInitialContent: false } }), {}))).toEqual([]);
});

test('the workflow and its lambda are copied: deleting both does not touch what was scheduled (rest R75)', async () => {
  const { registry } = product.client;
  const own = await registry.createInventory('own');
  const schemaId = await addSchema({ config: { sleepDurationSec: 1 }, inventory: own });
  const [lambdaId = ''] = await registry.lambdas(own);
  const executionId = await schedule(schemaId, { input: [5] });
  await registry.deleteWorkflowSchema(schemaId);
  await registry.unlinkLambda(lambdaId, own);
  await expect(registry.workflowSchema(schemaId)).rejects.toMatchObject({ status: 404 });
  expect(await registry.lambdas(own)).toEqual([]);
  expect(await outputOf(executionId)).toEqual([5]);
});
