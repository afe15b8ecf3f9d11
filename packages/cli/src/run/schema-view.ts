import { isRecord } from './dump.ts';

/** What `run` must know of a workflow schema revision. */
export interface SchemaView {
  readonly stores: readonly StoreView[];
  readonly lanes: readonly LaneView[];
}

export interface StoreView {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  /** Type of the items of list, treeForest and singleValue stores. */
  readonly itemType: string | undefined;
  /** It needs an input: content is required, and the schema brings none. */
  readonly needsInput: boolean;
}

export interface LaneView {
  readonly id: string;
  readonly name: string;
  readonly tasks: readonly { readonly id: string; readonly name: string; readonly resultStoreIds: readonly string[] }[];
}

/** Reads plain revisions and those of dumps alike: in format 3 every record is wrapped (rest R128). */
export function viewSchema(revision: unknown): SchemaView {
  const plain = unwrap(revision);
  return { stores: records(plain, 'stores').map(viewStore), lanes: records(plain, 'lanes').map(viewLane) };
}

function unwrap(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrap);
  if (!isRecord(value)) return value;
  const { _version: version, _data: data, ...rest } = value;
  if (typeof version === 'number' && isRecord(data)) return { ...rest, ...(unwrap(data) as object) };
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unwrap(inner)]));
}

function viewStore(store: Record<string, unknown>): StoreView {
  const config = isRecord(store['config']) ? store['config'] : {};
  const spec = config['itemDataSpec'];
  return {
    id: text(store, 'id'),
    name: text(store, 'name'),
    type: text(store, 'type'),
    itemType: isRecord(spec) && typeof spec['type'] === 'string' ? spec['type'] : undefined,
    needsInput: store['requiresInitialContent'] === true && (store['defaultInitialContent'] ?? null) === null,
  };
}

function viewLane(lane: Record<string, unknown>): LaneView {
  const tasks = records(lane, 'parallelBoxes').flatMap((box) => records(box, 'tasks'));
  return {
    id: text(lane, 'id'),
    name: text(lane, 'name'),
    tasks: tasks.map((task) => ({
      id: text(task, 'id'),
      name: text(task, 'name'),
      resultStoreIds: records(task, 'resultMappings').map((mapping) => text(mapping, 'storeSchemaId')),
    })),
  };
}

function records(value: unknown, key: string): Record<string, unknown>[] {
  const list = isRecord(value) ? value[key] : undefined;
  return Array.isArray(list) ? list.filter(isRecord) : [];
}

function text(record: Record<string, unknown>, key: string): string {
  const value = record[key];
  return typeof value === 'string' ? value : '';
}
