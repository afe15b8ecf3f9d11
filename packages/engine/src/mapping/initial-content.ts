/** Initial content of stores at scheduling (data-and-stores R11–R13, R15, R35–R37, R52, R58). */
import {
  checkExactSeries,
  makeError,
  normaliseLogItem,
  ok,
  planLogUpdate,
  refuse,
  type DataSpec,
  type Result,
  type StoreSchema,
} from '@laneway/model';
import type { FileService } from '../files/port.ts';
import { cutIntoPieces } from '../stores/chunks.ts';
import type { LogWrite, StoreWrite } from '../stores/writes.ts';
import { compileType } from '../values/compile-type.ts';
import { gatherFacts } from '../values/facts.ts';
import { ReferenceIds } from '../values/reference-ids.ts';
import { rootDataSpec } from '../values/items.ts';
import { referenceCheck } from '../values/references.ts';
import { isTooLarge, tooLarge } from './item-size.ts';
import { userEntry } from './store-updates.ts';
import type { ResultContext } from './targets.ts';

export interface InitialContentRequest {
  readonly storeId: string;
  readonly schema: StoreSchema;
  /** The effective content: what was supplied, else the default; null = none (R11). */
  readonly content: unknown;
  readonly spaceId: string;
  /** Who schedules. */
  readonly userId: string;
  /** Severity number of the execution's log level. */
  readonly logLevel: number;
}

/**
 * Checks the content and gives the writes that create it; nothing is written. Errors are not wrapped:
 * `atmStoreCreationFailed` is the caller's.
 */
export type InitialContentReader = (request: InitialContentRequest) => Promise<Result<readonly StoreWrite[]>>;

export function initialContentReader(files: FileService, maxItemBytes: number): InitialContentReader {
  return async ({ storeId, schema, content, spaceId, userId, logLevel }) => {
    const insane = schema.type === 'timeSeries' ? checkExactSeries(schema.config) : null;
    if (insane !== null) return refuse(insane);
    if (content === null || content === undefined) {
      return schema.requiresInitialContent ? refuse(makeError('atmStoreMissingRequiredInitialContent')) : ok([]);
    }
    const converted = await convert(schema, content, { spaceId, userId, files, logLevel });
    if (!converted.ok) return converted;
    return writesOf(storeId, converted.value, maxItemBytes);
  };
}

type InitialContent =
  /** Of list and treeForest stores: values in stored form, in order. */
  | { readonly kind: 'items'; readonly items: readonly unknown[] }
  /** Of singleValue and range stores: one JSON text in stored form. */
  | { readonly kind: 'content'; readonly content: string }
  | { readonly kind: 'log'; readonly entries: LogWrite['entries'] };

function writesOf(storeId: string, content: InitialContent, maxItemBytes: number): Result<readonly StoreWrite[]> {
  switch (content.kind) {
    case 'items':
      return packedItems(storeId, content.items, maxItemBytes);
    case 'content':
      return isTooLarge(content.content, maxItemBytes)
        ? refuse(tooLarge(maxItemBytes))
        : ok([{ kind: 'set', storeId, content: content.content }]);
    case 'log':
      if (content.entries.some((entry) => isTooLarge(entry.content, maxItemBytes))) return refuse(tooLarge(maxItemBytes));
      return ok(content.entries.length === 0 ? [] : [{ kind: 'log', storeId, entries: content.entries }]);
  }
}

/** A list of millions of items never stands in memory as millions of texts: it is cut into chunks as it is written out. */
function packedItems(storeId: string, items: readonly unknown[], maxItemBytes: number): Result<readonly StoreWrite[]> {
  let oversize = false;
  function* texts(): Generator<string> {
    for (const item of items) {
      const text = JSON.stringify(item);
      oversize ||= isTooLarge(text, maxItemBytes);
      yield text;
    }
  }
  const pieces = cutIntoPieces(texts());
  if (oversize) return refuse(tooLarge(maxItemBytes));
  return ok(pieces.length === 0 ? [] : [{ kind: 'pieces', storeId, pieces }]);
}

async function convert(schema: StoreSchema, value: unknown, context: ResultContext): Promise<Result<InitialContent>> {
  switch (schema.type) {
    case 'list':
    case 'treeForest': {
      const itemDataSpec = schema.type === 'treeForest' ? rootDataSpec(schema.config.itemDataSpec) : schema.config.itemDataSpec;
      const stored = await storedForm({ type: 'array', itemDataSpec }, value, context);
      return stored.ok ? ok({ kind: 'items', items: stored.value as readonly unknown[] }) : stored;
    }
    case 'singleValue':
      return await overwriting(schema.config.itemDataSpec, value, context);
    case 'range':
      return await overwriting({ type: 'range' }, value, context);
    case 'auditLog':
      return await logged(schema.config.logContentDataSpec, value, context);
    case 'timeSeries':
      return refuse(makeError('badData', { key: 'initialContent', hint: 'time series stores do not accept initial content' }));
  }
}

async function overwriting(spec: DataSpec, value: unknown, context: ResultContext): Promise<Result<InitialContent>> {
  const stored = await storedForm(spec, value, context);
  return stored.ok ? ok({ kind: 'content', content: JSON.stringify(stored.value) }) : stored;
}

/** An array is treated like `extend`. */
async function logged(logContentDataSpec: DataSpec, value: unknown, context: ResultContext): Promise<Result<InitialContent>> {
  const type = compileType(logContentDataSpec);
  const ids = new ReferenceIds();
  if (type.hasReferences && Array.isArray(value)) for (const item of value) type.collect(normaliseLogItem(item).content, ids);
  const checkReference = referenceCheck(await gatherFacts(context, ids));
  const planned = planLogUpdate(value, { function: 'extend', logContentDataSpec, logLevel: context.logLevel, checkReference });
  return planned.ok ? ok({ kind: 'log', entries: planned.value.map(userEntry) }) : planned;
}

/** The stored form of a valid value. */
async function storedForm(spec: DataSpec, value: unknown, context: ResultContext): Promise<Result<unknown>> {
  const type = compileType(spec);
  const ids = new ReferenceIds();
  type.collect(value, ids);
  const problem = type.validate(value, await gatherFacts(context, ids));
  return problem === null ? ok(type.toStored(value)) : refuse(problem);
}
