/**
 * From a lambda's results to store writes (data-and-stores §6.3; execution §9.5, §10). Files named by the
 * results of a whole batch are looked up at once; without any, nothing waits.
 *
 * The first failure stops an item, and what was dispatched for it before stays (R72): writes and error of one
 * item may both be there.
 */
import { makeError, ok, refuse, type ErrorObject, type Result, type ResultMapping } from '@laneway/model';
import type { StreamedResult } from '../lambdas/runtime.ts';
import type { StoreWrite } from '../stores/writes.ts';
import { gatherFacts, noFacts, type Facts } from '../values/facts.ts';
import { ReferenceIds } from '../values/reference-ids.ts';
import type { CompiledResult, CompiledTask } from './compile-task.ts';
import { defaultMaxItemBytes } from './item-size.ts';
import { unusableValue, type ItemAnswer } from './read-response.ts';
import { collectForUpdate, updateStore, type UpdateContext } from './store-updates.ts';
import { taskLogTarget, workflowLogTarget, type ResultContext, type Target, type Targets } from './targets.ts';

/** What became of one item; what was dispatched before a failure stays. */
export type MappedItem =
  | { readonly kind: 'succeeded'; readonly writes: readonly StoreWrite[] }
  | { readonly kind: 'exception'; readonly reason: unknown; readonly writes: readonly StoreWrite[] }
  | { readonly kind: 'failed'; readonly error: ErrorObject; readonly writes: readonly StoreWrite[] };

export interface MappedResults {
  readonly writes: readonly StoreWrite[];
  /** null = everything was dispatched. */
  readonly error: ErrorObject | null;
}

type Results = Readonly<Record<string, unknown>>;

/** Maps what a lambda answered for the items of a batch; the outcomes have the order of the answers. */
export async function mapBatchResults(
  task: CompiledTask,
  answers: readonly ItemAnswer[],
  targets: Targets,
  context: ResultContext,
): Promise<readonly MappedItem[]> {
  const ids = new ReferenceIds();
  for (const result of task.results) {
    for (const answer of answers) {
      if (answer.kind === 'results' && Object.hasOwn(answer.results, result.name))
        collect(result, answer.results[result.name], targets, ids);
    }
  }
  const update = updateContext(await factsOf(ids, context), targets, context);
  return answers.map((answer) => mapAnswer(task, answer, targets, update));
}

function mapAnswer(task: CompiledTask, answer: ItemAnswer, targets: Targets, update: UpdateContext): MappedItem {
  switch (answer.kind) {
    case 'exception':
      return { kind: 'exception', reason: answer.reason, writes: [] };
    case 'malformed':
      return { kind: 'failed', error: answer.error, writes: [] };
    case 'results': {
      const { writes, error } = mapItem(task, answer.results, targets, update);
      return error === null ? { kind: 'succeeded', writes } : { kind: 'failed', error, writes };
    }
  }
}

/**
 * Maps streamed values in their order. An error fails the whole task (R74): values behind it are not
 * dispatched, those before it are. Names that are not declared are ignored.
 */
export async function mapStreamedResults(
  task: CompiledTask,
  streamed: readonly StreamedResult[],
  targets: Targets,
  context: ResultContext,
): Promise<MappedResults> {
  if (streamed.length === 0) return { writes: [], error: null };
  const ids = new ReferenceIds();
  for (const { resultName, value } of streamed) {
    const result = task.streamedResults.get(resultName);
    if (result !== undefined) collect(result, value, targets, ids);
  }
  const update = updateContext(await factsOf(ids, context), targets, context);
  const writes: StoreWrite[] = [];
  for (const { resultName, value } of streamed) {
    const result = task.streamedResults.get(resultName);
    const error = result === undefined ? null : consumeStreamed(result, value, targets, update, writes);
    if (error !== null) return { writes, error };
  }
  return { writes, error: null };
}

function mapItem(task: CompiledTask, results: Results, targets: Targets, update: UpdateContext): MappedResults {
  const writes: StoreWrite[] = [];
  for (const result of task.results) {
    if (!Object.hasOwn(results, result.name)) {
      const receivedResultNames = Object.keys(results);
      return { writes, error: makeError('atmTaskResultMissing', { missingResultName: result.name, receivedResultNames }) };
    }
    const error = consume(result, results[result.name], targets, update, writes);
    if (error !== null) return { writes, error };
  }
  return { writes, error: null };
}

/** Nobody has looked at what streamed values hold yet; those of items went through `readResponse`. */
function consumeStreamed(...call: Parameters<typeof consume>): ErrorObject | null {
  const [result, value] = call;
  const hint = unusableValue(value);
  if (hint === null) return consume(...call);
  return mappingFailed(result, makeError('badData', { key: 'streamedResult', hint }));
}

function mappingFailed(result: CompiledResult, specificError: ErrorObject): ErrorObject {
  return makeError('atmTaskResultMappingFailed', { result: result.name, specificError });
}

/** Checks one value, also when it is not mapped, and dispatches it to all mappers (R72, R73). */
function consume(
  result: CompiledResult,
  value: unknown,
  targets: Targets,
  update: UpdateContext,
  writes: StoreWrite[],
): ErrorObject | null {
  const problem = result.type.validate(value, update.facts);
  if (problem !== null) return mappingFailed(result, problem);
  for (const mapping of result.mappings) {
    const dispatched = dispatch(value, mapping, targets, update);
    if (!dispatched.ok) {
      const { storeSchemaId: atmStoreSchemaId } = mapping;
      return mappingFailed(result, makeError('atmTaskResultDispatchFailed', { atmStoreSchemaId, specificError: dispatched.error }));
    }
    writes.push(...dispatched.value);
  }
  return null;
}

function dispatch(value: unknown, mapping: ResultMapping, targets: Targets, update: UpdateContext): Result<readonly StoreWrite[]> {
  const atmStoreSchemaId = mapping.storeSchemaId;
  const target = targets.get(atmStoreSchemaId);
  if (target === undefined) return refuse(makeError('atmStoreNotFound', { atmStoreSchemaId }));
  if (target.frozen && !isSystemLog(atmStoreSchemaId)) return refuse(makeError('atmStoreFrozen', { atmStoreSchemaId }));
  const writes = updateStore(value, target, mapping.storeContentUpdateOptions, update);
  return writes.ok ? ok(writes.value) : writes;
}

/** System audit logs are written past the check of freezing (R14). */
function isSystemLog(storeSchemaId: string): boolean {
  return storeSchemaId === taskLogTarget || storeSchemaId === workflowLogTarget;
}

function collect(result: CompiledResult, value: unknown, targets: Targets, ids: ReferenceIds): void {
  result.type.collect(value, ids);
  for (const mapping of result.mappings) {
    const target: Target | undefined = targets.get(mapping.storeSchemaId);
    if (target !== undefined) collectForUpdate(value, target, ids);
  }
}

async function factsOf(ids: ReferenceIds, context: ResultContext): Promise<Facts> {
  return ids.isEmpty ? noFacts(context.spaceId) : await gatherFacts(context, ids);
}

function updateContext(facts: Facts, targets: Targets, context: ResultContext): UpdateContext {
  return {
    facts,
    logLevel: context.logLevel,
    maxItemBytes: context.maxItemBytes ?? defaultMaxItemBytes,
    taskLog: targets.get(taskLogTarget),
  };
}
