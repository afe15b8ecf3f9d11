/**
 * Updates of stores by results: checked here, outside any transaction, and turned into writes
 * (data-and-stores R14–R16, R29–R37, R54–R57).
 */
import {
  makeError,
  measurementsOf,
  normaliseLogItem,
  ok,
  passesLogLevel,
  planDispatch,
  planLogUpdate,
  refuse,
  type DataSpec,
  type DispatchPlan,
  type LogItem,
  type Result,
  type StoreContentUpdateOptions,
  type TimeSeriesStoreConfig,
} from '@laneway/model';
import type { LogWrite, MeasureWrite, StoreWrite } from '../stores/writes.ts';
import { compileType } from '../values/compile-type.ts';
import type { Facts } from '../values/facts.ts';
import type { ReferenceIds } from '../values/reference-ids.ts';
import { rootDataSpec } from '../values/items.ts';
import { referenceCheck } from '../values/references.ts';
import type { ValueType } from '../values/value-type.ts';
import { isTooLarge, tooLarge } from './item-size.ts';
import type { Target } from './targets.ts';

export interface UpdateContext {
  readonly facts: Facts;
  readonly logLevel: number;
  readonly maxItemBytes: number;
  /** The task's own log, for what is noted about measurements (D9, R58). */
  readonly taskLog: Target | undefined;
}

/** What a store accepts: one item, and many of them. */
interface ContentTypes {
  readonly item: ValueType;
  readonly items: ValueType;
}

const compiled = new WeakMap<object, ContentTypes>();

function contentTypes(target: Target): ContentTypes {
  const known = compiled.get(target.config);
  if (known !== undefined) return known;
  const spec = contentSpec(target);
  const types = { item: compileType(spec), items: compileType({ type: 'array', itemDataSpec: spec }) };
  compiled.set(target.config, types);
  return types;
}

function contentSpec(target: Target): DataSpec {
  switch (target.type) {
    case 'list':
    case 'singleValue':
    case 'exception':
      return (target.config as { readonly itemDataSpec: DataSpec }).itemDataSpec;
    case 'treeForest':
      return rootDataSpec((target.config as { readonly itemDataSpec: DataSpec }).itemDataSpec);
    case 'auditLog':
      return (target.config as { readonly logContentDataSpec: DataSpec }).logContentDataSpec;
    case 'range':
      return { type: 'range' };
    case 'timeSeries':
      return { type: 'timeSeriesMeasurement', specs: [] };
  }
}

/** Adds the file ids that have to be known before `updateStore` can check the value. */
export function collectForUpdate(value: unknown, target: Target, ids: ReferenceIds): void {
  const { item, items } = contentTypes(target);
  if (!item.hasReferences) return;
  if (target.type === 'auditLog') {
    // An array is one entry for `append`, many for `extend`.
    for (const element of Array.isArray(value) ? [value, ...(value as readonly unknown[])] : [value]) {
      item.collect(normaliseLogItem(element).content, ids);
    }
  } else {
    item.collect(value, ids);
    items.collect(value, ids);
  }
}

/** The writes of one update; nothing of a refused one. The caller has checked that the store is not frozen. */
export function updateStore(
  value: unknown,
  target: Target,
  options: StoreContentUpdateOptions,
  context: UpdateContext,
): Result<readonly StoreWrite[]> {
  switch (target.type) {
    case 'list':
      return options.type === 'listStoreContentUpdateOptions' ? appendItems(value, target, options.function, context) : wrongOptions();
    case 'treeForest':
      return options.type === 'treeForestStoreContentUpdateOptions'
        ? appendItems(value, target, options.function, context)
        : wrongOptions();
    case 'auditLog':
      return options.type === 'auditLogStoreContentUpdateOptions' ? appendLog(value, target, options.function, context) : wrongOptions();
    case 'singleValue':
      return options.type === 'singleValueStoreContentUpdateOptions' ? setContent(value, target, context) : wrongOptions();
    case 'range':
      return options.type === 'rangeStoreContentUpdateOptions' ? setContent(value, target, context) : wrongOptions();
    case 'timeSeries':
      return options.type === 'timeSeriesStoreContentUpdateOptions'
        ? measure(value, target, options.dispatchRules, context)
        : wrongOptions();
    case 'exception':
      return wrongOptions();
  }
}

/** R16. */
function wrongOptions(): Result<never> {
  return refuse(makeError('internalServerError'));
}

function appendItems(value: unknown, target: Target, how: 'append' | 'extend', context: UpdateContext): Result<readonly StoreWrite[]> {
  const { item, items } = contentTypes(target);
  const problem = (how === 'append' ? item : items).validate(value, context.facts);
  if (problem !== null) return refuse(problem);
  const texts = (how === 'append' ? [value] : (value as readonly unknown[])).map((one) => JSON.stringify(item.toStored(one)));
  if (texts.some((text) => isTooLarge(text, context.maxItemBytes))) return refuse(tooLarge(context.maxItemBytes));
  return ok(texts.length === 0 ? [] : [{ kind: 'append', storeId: target.storeId, items: texts }]);
}

function setContent(value: unknown, target: Target, context: UpdateContext): Result<readonly StoreWrite[]> {
  const { item } = contentTypes(target);
  const problem = item.validate(value, context.facts);
  if (problem !== null) return refuse(problem);
  const content = JSON.stringify(item.toStored(value));
  if (isTooLarge(content, context.maxItemBytes)) return refuse(tooLarge(context.maxItemBytes));
  return ok([{ kind: 'set', storeId: target.storeId, content }]);
}

function appendLog(value: unknown, target: Target, how: 'append' | 'extend', context: UpdateContext): Result<readonly StoreWrite[]> {
  const logContentDataSpec = contentSpec(target);
  const { logLevel, facts } = context;
  const planned = planLogUpdate(value, { function: how, logContentDataSpec, logLevel, checkReference: referenceCheck(facts) });
  if (!planned.ok) return planned;
  const entries = planned.value.map(userEntry);
  if (entries.some((entry) => isTooLarge(entry.content, context.maxItemBytes))) return refuse(tooLarge(context.maxItemBytes));
  return ok(entries.length === 0 ? [] : [{ kind: 'log', storeId: target.storeId, entries }]);
}

/** Contents are kept as given (R38). */
export function userEntry({ severity, content }: LogItem): LogWrite['entries'][number] {
  return { severity, source: 'user', content: JSON.stringify(content) };
}

type Rules = Extract<StoreContentUpdateOptions, { type: 'timeSeriesStoreContentUpdateOptions' }>['dispatchRules'];

function measure(value: unknown, target: Target, rules: Rules, context: UpdateContext): Result<readonly StoreWrite[]> {
  const measurements = measurementsOf(value);
  if (!measurements.ok) return measurements;
  const { timeSeriesCollectionSchema } = target.config as TimeSeriesStoreConfig;
  const planned = planDispatch(measurements.value, rules, timeSeriesCollectionSchema.timeSeriesSchemas);
  if (!planned.ok) return planned;
  const { points } = planned.value;
  const notes = notesOn(planned.value, context);
  if (points.length === 0) return ok(notes);
  const { taskLog, logLevel } = context;
  const told = taskLog !== undefined && passesLogLevel('error', logLevel) ? { logStoreId: taskLog.storeId } : {};
  const write: MeasureWrite = { kind: 'measure', storeId: target.storeId, points, ...told };
  return ok([write, ...notes]);
}

const namesInNote = 20;

/** What the reference leaves in the dark: measurements that went nowhere or counted twice (D9). */
function notesOn({ unmatched, repeated }: DispatchPlan, { logLevel, taskLog }: UpdateContext): LogWrite[] {
  if (taskLog === undefined || !passesLogLevel('debug', logLevel)) return [];
  const entries: LogWrite['entries'][number][] = [];
  const note = (description: string, timeSeries: readonly string[]): void => {
    if (timeSeries.length === 0) return;
    const content = { description, details: { timeSeries: timeSeries.slice(0, namesInNote) } };
    entries.push({ severity: 'debug', source: 'system', content: JSON.stringify(content) });
  };
  note('Measurements that no dispatch rule fits were ignored.', unmatched);
  note('Several dispatch rules lead to the same time series: measurements were counted more than once.', repeated);
  return entries.length === 0 ? [] : [{ kind: 'log', storeId: taskLog.storeId, entries }];
}
