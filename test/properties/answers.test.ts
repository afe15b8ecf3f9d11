/** What a lambda's answer means for the items of a batch, as the product reads it and as an independent checker does (lambdas §1.8–§1.10; data-and-stores R71–R73). */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LambdaRevision, TaskSchema } from '@laneway/model';
import { compileTask, type CompiledTask } from '../../packages/engine/src/mapping/compile-task.ts';
import { mapBatchResults, type MappedItem } from '../../packages/engine/src/mapping/map-results.ts';
import { readResponse } from '../../packages/engine/src/mapping/read-response.ts';
import type { Target, Targets } from '../../packages/engine/src/mapping/targets.ts';
import { outcomesOf, type ItemOutcome, type ResultSpec } from './checker/answers.ts';
import { bare } from './errors.ts';
import { runs } from './seed.ts';
import { json, nearlyValid, specs, valuesOf } from './values.ts';
import { files, spaceId, world } from './worlds.ts';

const resources = {
  cpuRequested: 0.1,
  cpuLimit: null,
  memoryRequested: 1,
  memoryLimit: null,
  ephemeralStorageRequested: 1,
  ephemeralStorageLimit: null,
};

/** Each result goes to a list of its own. */
function taskWith(results: readonly ResultSpec[]): { readonly task: CompiledTask; readonly targets: Targets } {
  const schema: TaskSchema = {
    id: 'task',
    name: 'task',
    lambdaId: 'lambda',
    lambdaRevisionNumber: 1,
    lambdaConfig: {},
    argumentMappings: [],
    resultMappings: results.map(({ name }) => ({
      resultName: name,
      storeSchemaId: `store ${name}`,
      storeContentUpdateOptions: { type: 'listStoreContentUpdateOptions', function: 'append' },
    })),
    resourceSpecOverride: null,
    timeSeriesStoreConfig: null,
  };
  const lambda: LambdaRevision = {
    name: 'lambda',
    summary: '',
    description: '',
    operationSpec: {
      engine: 'openfaas',
      dockerImage: 'x',
      dockerExecutionOptions: { readonly: false, mountOneclient: false, oneclientMountPoint: '', oneclientOptions: '' },
    },
    configParameterSpecs: [],
    argumentSpecs: [],
    resultSpecs: results,
    preferredBatchSize: 1,
    resourceSpec: resources,
    state: 'stable',
  };
  const compiled = compileTask(schema, lambda);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.error));
  const target = ({ name, dataSpec }: ResultSpec): [string, Target] => [
    `store ${name}`,
    { storeId: name, type: 'list', config: { itemDataSpec: dataSpec }, frozen: false },
  ];
  return { task: compiled.value, targets: new Map(results.map(target)) };
}

const resultSpecs: fc.Arbitrary<readonly ResultSpec[]> = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom('aa', 'bb', 'cc', '__proto__', 'constructor'),
    dataSpec: specs({ files: true, depth: 2 }),
    relayMethod: fc.oneof(
      { weight: 4, arbitrary: fc.constant('returnValue' as const) },
      { weight: 1, arbitrary: fc.constant('filePipe' as const) },
    ),
  }),
  { maxLength: 3, selector: ({ name }) => name },
);

/** What one item may get: its results, some of them wrong or missing, perhaps more than asked for, or something else altogether. */
function element(results: readonly ResultSpec[]): fc.Arbitrary<unknown> {
  const entries = results.map(({ name, dataSpec }) =>
    fc.tuple(
      fc.constant(name),
      fc.oneof({ weight: 9, arbitrary: valuesOf(dataSpec) }, { weight: 1, arbitrary: nearlyValid(dataSpec) }),
      fc.integer({ min: 0, max: 19 }),
    ),
  );
  const own = fc.tuple(...entries).map((all) => all.filter(([, , chance]) => chance > 0).map(([name, value]) => [name, value] as const));
  const extra = fc.oneof(
    { weight: 6, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(fc.tuple(fc.constantFrom('__meta', 'exception', 'zz'), json), { maxLength: 2 }) },
  );
  return fc.oneof(
    { weight: 9, arbitrary: fc.tuple(extra, own).map((parts) => Object.fromEntries(parts.flat())) },
    { weight: 1, arbitrary: json },
  );
}

const cases = resultSpecs.chain((results) => {
  const batch = fc.array(element(results), { maxLength: 4 });
  const answer = fc.oneof(
    { weight: 8, arbitrary: batch.map((resultsBatch) => ({ resultsBatch, itemCount: resultsBatch.length })) },
    { weight: 1, arbitrary: fc.record({ resultsBatch: fc.oneof(batch, json), itemCount: fc.nat(4) }) },
  );
  const whole = fc.oneof(
    { weight: 8, arbitrary: answer.map(({ resultsBatch, itemCount }) => ({ response: { resultsBatch } as unknown, itemCount })) },
    { weight: 1, arbitrary: fc.record({ response: json, itemCount: fc.nat(4) }) },
    { weight: 1, arbitrary: fc.record({ response: fc.record({ exception: json, resultsBatch: batch }), itemCount: fc.nat(4) }) },
  );
  return fc.record({ results: fc.constant(results), answer: whole });
});

function outcome(item: MappedItem): ItemOutcome {
  if (item.kind === 'succeeded') return { kind: 'passed' };
  if (item.kind === 'exception') return { kind: 'exception', reason: item.reason };
  const error = bare(item.error);
  return { kind: 'failed', error: error.id === 'badData' ? { id: error.id, details: { key: error.details['key'] } } : error };
}

test('each item of an answer succeeds, fails or is refused as the rules say (lambdas §1.8–§1.10; data-and-stores R71–R73)', async () => {
  const seen = new Map<string, number>();
  const note = (what: string): unknown => seen.set(what, (seen.get(what) ?? 0) + 1);
  await fc.assert(
    fc.asyncProperty(cases, async ({ results, answer: { response, itemCount } }) => {
      const expected = outcomesOf(response, itemCount, results, world);
      const read = readResponse(response, itemCount);
      if ('batchKey' in expected) {
        note(expected.batchKey);
        expect(read).toMatchObject({ kind: 'malformed', error: { id: 'badData', details: { key: expected.batchKey } } });
        return;
      }
      if ('batchReason' in expected) {
        note('exception of the batch');
        expect(read).toEqual({ kind: 'exception', reason: expected.batchReason });
        return;
      }
      if (read.kind !== 'items') throw new Error(`the batch was not read: ${JSON.stringify(read)}`);
      const { task, targets } = taskWith(results);
      const mapped = await mapBatchResults(task, read.items, targets, { spaceId, files, logLevel: 6 });
      expect(mapped.map(outcome)).toEqual(expected.items);
      for (const item of expected.items) note(item.kind === 'failed' ? item.error.id : item.kind);
      // A result that passed is in the store, whatever a later one of its item came to (R72).
      for (const [index, item] of expected.items.entries()) {
        const returned = results.filter(({ relayMethod }) => relayMethod === 'returnValue').length;
        if (item.kind === 'passed') expect(mapped[index]?.writes).toHaveLength(returned);
      }
    }),
    runs(6000),
  );
  const wanted = [
    'lambdaOutput',
    'lambdaOutput.resultsBatch',
    'exception of the batch',
    'passed',
    'exception',
    'badData',
    'atmTaskResultMissing',
    'atmTaskResultMappingFailed',
  ];
  for (const what of wanted) expect(seen.get(what) ?? 0, what).toBeGreaterThan(50);
});
