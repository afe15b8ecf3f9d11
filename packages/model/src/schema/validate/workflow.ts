import { isJsonObject, ownValue } from '../../data/json.ts';
import { checkPredefinedValue } from '../../data/predefined-value.ts';
import type { ErrorObject } from '../../errors/result.ts';
import type { LambdaRevision } from '../lambda.ts';
import { reservedStoreIds } from '../special-stores.ts';
import type { StoreSchema, TaskSchema, WorkflowSchemaRevision } from '../workflow.ts';
import { badData, firstProblem, hasDuplicates } from './problems.ts';
import { lambdaProblems, storeReferenceProblems } from './tasks.ts';

/** The resolved revision of a lambda, undefined when it does not exist. */
export type LambdaLookup = (lambdaId: string, revisionNumber: number) => LambdaRevision | undefined;

/** The first problem of a decoded revision whose lambdas are resolved, or null (schemas §10.2, R46). */
export function validateWorkflowSchemaRevision(revision: WorkflowSchemaRevision, lambdaOf: LambdaLookup): ErrorObject | null {
  return firstProblem(problems(revision, lambdaOf));
}

/** All tasks in schema order. */
export function tasksOf(revision: WorkflowSchemaRevision): readonly TaskSchema[] {
  return revision.lanes.flatMap(({ parallelBoxes }) => parallelBoxes.flatMap(({ tasks }) => tasks));
}

function* problems(revision: WorkflowSchemaRevision, lambdaOf: LambdaLookup): Generator<ErrorObject | null> {
  yield* idProblems(revision);
  for (const store of revision.stores) yield* storeProblems(store);
  if (hasDuplicates(revision.stores.map(({ id }) => id))) yield badData('stores', 'there are duplicate ids');
  yield* iterationProblems(revision);
  const storeIds = new Set(revision.stores.map(({ id }) => id));
  const tasks = tasksOf(revision);
  for (const task of tasks) yield* storeReferenceProblems(task, storeIds);
  for (const task of tasks) {
    const lambda = lambdaOf(task.lambdaId, task.lambdaRevisionNumber);
    if (lambda === undefined) {
      // The contract leaves a missing revision to an internal error (schemas R54); the field is more use.
      yield badData(`tasks[${task.id}].lambdaRevisionNumber`, `lambda "${task.lambdaId}" has no revision ${task.lambdaRevisionNumber}`);
    } else yield* lambdaProblems(task, lambda);
  }
}

function* idProblems({ lanes }: WorkflowSchemaRevision): Generator<ErrorObject | null> {
  const boxes = lanes.flatMap(({ parallelBoxes }) => parallelBoxes);
  const groups = { lanes, parallelBoxes: boxes, tasks: boxes.flatMap(({ tasks }) => tasks) };
  for (const [key, members] of Object.entries(groups)) {
    if (hasDuplicates(members.map(({ id }) => id))) yield badData(key, 'there are duplicate ids');
  }
}

function* storeProblems(store: StoreSchema): Generator<ErrorObject | null> {
  if (reservedStoreIds.includes(store.id)) yield badData(`stores[${store.id}].id`, 'the id is reserved');
  if (store.defaultInitialContent !== null) yield* contentProblems(store, `stores[${store.id}].defaultInitialContent`);
}

/** Default initial content by store type (schemas R49); the element's key has no index. */
function* contentProblems(store: StoreSchema, key: string): Generator<ErrorObject | null> {
  const content = store.defaultInitialContent;
  switch (store.type) {
    case 'singleValue':
      yield checkPredefinedValue(store.config.itemDataSpec, content, key);
      return;
    case 'list':
    case 'treeForest':
      if (!Array.isArray(content)) {
        yield badData(key, `initial content of a ${store.type === 'list' ? 'list store' : 'tree forest store'} has to be an array`);
      } else for (const item of content) yield checkPredefinedValue(store.config.itemDataSpec, item, key);
      return;
    case 'range':
      if (!isJsonObject(content) || !Number.isInteger(ownValue(content, 'end'))) {
        yield badData(key, 'initial content of a range store is an object with the fields end, start and step; end is obligatory');
      }
      return;
    case 'auditLog':
    case 'timeSeries':
      // Reached from persisted JSON only; the contract has no defined answer (schemas R13).
      yield badData(key, `a store of type "${store.type}" takes no initial content`);
  }
}

function* iterationProblems({ lanes, stores }: WorkflowSchemaRevision): Generator<ErrorObject | null> {
  for (const { id, storeIteratorSpec } of lanes) {
    const { storeSchemaId } = storeIteratorSpec;
    const key = `lanes[${id}].storeIteratorSpec.storeSchemaId`;
    const store = stores.find((one) => one.id === storeSchemaId);
    if (store === undefined) yield badData(key, `no store with id "${storeSchemaId}" is defined`);
    else if (store.type === 'timeSeries' || store.type === 'auditLog')
      yield badData(key, `a store of type "${store.type}" cannot be iterated`);
  }
}
