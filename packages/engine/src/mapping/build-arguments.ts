/**
 * The input of a lambda for one batch (data-and-stores §6.2, R76; lambdas §1.3–1.5). Unlike in the reference
 * an argument that cannot be built fails its item only (D1); what does not depend on the item (config, stores,
 * constants) fails the batch. References of the whole batch are looked up at once; without any, nothing waits.
 */
import { makeError, ok, posixError, refuse, type DataSpec, type ErrorObject, type Result } from '@laneway/model';
import { compileType } from '../values/compile-type.ts';
import { gatherFacts, noFacts, type Facts } from '../values/facts.ts';
import { ReferenceIds } from '../values/reference-ids.ts';
import { UnreadableName } from '../values/unreadable-name.ts';
import { describedAttributes } from '../values/value-type.ts';
import type { CompiledArgument, CompiledTask } from './compile-task.ts';
import { collectFileIds } from './file-links.ts';
import type { ArgumentContext } from './targets.ts';
import { buildValue, type StoreContents } from './value-builders.ts';

export interface ItemToMap {
  readonly traceId: string;
  /** Iterated form. */
  readonly value: unknown;
}

export type ItemArguments =
  | { readonly ok: true; readonly args: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly error: ErrorObject };

export type BatchArguments =
  | { readonly kind: 'failed'; readonly error: ErrorObject }
  | {
      readonly kind: 'built';
      readonly config: Readonly<Record<string, unknown>>;
      /** In the order of the items. */
      readonly items: readonly ItemArguments[];
      readonly fileLinks: readonly { readonly fileId: string; readonly path: string }[];
    };

export async function buildArguments(task: CompiledTask, items: readonly ItemToMap[], context: ArgumentContext): Promise<BatchArguments> {
  const stores = await readStores(task, context);
  if (!stores.ok) return { kind: 'failed', error: stores.error };
  const fixed = build(task, (argument) => !argument.perItem, null, stores.value);
  if (!fixed.ok) return { kind: 'failed', error: fixed.error };
  const raw = items.map((item) => buildOwn(task, item.value, stores.value));
  const facts = await factsOf(task, [fixed.value, ...raw.flatMap((values) => (values.ok ? [values.value] : []))], context);
  const config = conformConfig(task, facts);
  if (!config.ok) return { kind: 'failed', error: config.error };
  const shared = conform(task, fixed.value, facts);
  if (!shared.ok) return { kind: 'failed', error: shared.error };
  const fileIds = new Set<string>();
  collectFileIds(config.value, fileIds);
  collectFileIds(shared.value, fileIds);
  const built = raw.map((values, index): ItemArguments => {
    const own = values.ok ? conform(task, values.value, facts) : values;
    if (!own.ok) return own;
    collectFileIds(own.value, fileIds);
    return { ok: true, args: inOrder(task, shared.value, own.value, items[index]?.traceId ?? '') };
  });
  return { kind: 'built', config: config.value, items: built, fileLinks: await linksOf(fileIds, facts, context) };
}

/** Values in the order of the task's arguments; `absent` where another part of the input has the value. */
type Values = readonly unknown[];

const absent = Symbol('absent');

function buildOwn(task: CompiledTask, item: unknown, stores: StoreContents): Result<Values> {
  // An entry of a tree without a readable name fails, whatever the arguments would take from it.
  if (item instanceof UnreadableName) return refuse(posixError('EILSEQ'));
  return build(task, (argument) => argument.perItem, item, stores);
}

function build(task: CompiledTask, wanted: (argument: CompiledArgument) => boolean, item: unknown, stores: StoreContents): Result<Values> {
  const values: unknown[] = [];
  for (const argument of task.arguments) {
    const value = wanted(argument) ? buildValue(argument.builder, item, stores) : ok(absent);
    if (!value.ok) return refuse(argumentError(argument.name, value.error));
    values.push(value.value);
  }
  return ok(values);
}

function conform(task: CompiledTask, values: Values, facts: Facts): Result<Values> {
  const conformed: unknown[] = [];
  for (const [index, argument] of task.arguments.entries()) {
    const given = values[index];
    const value = given === absent ? ok(absent) : argument.type.conform(given, facts);
    if (!value.ok) return refuse(argumentError(argument.name, value.error));
    conformed.push(value.value);
  }
  return ok(conformed);
}

function inOrder(task: CompiledTask, shared: Values, own: Values, traceId: string): Readonly<Record<string, unknown>> {
  const args: Record<string, unknown> = { __meta: { traceId } };
  for (const [index, { name, perItem }] of task.arguments.entries()) define(args, name, perItem ? own[index] : shared[index]);
  return args;
}

/** An argument may be named `__proto__`: it is an ordinary one. */
function define(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__') Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  else object[name] = value;
}

function conformConfig(task: CompiledTask, facts: Facts): Result<Readonly<Record<string, unknown>>> {
  const config: Record<string, unknown> = {};
  for (const { name, type, value } of task.config) {
    const conformed = type.conform(value, facts);
    if (!conformed.ok) return refuse(makeError('atmLambdaConfigBadValue', { parameterName: name, specificError: conformed.error }));
    define(config, name, conformed.value);
  }
  return ok(config);
}

async function factsOf(task: CompiledTask, batch: readonly Values[], context: ArgumentContext): Promise<Facts> {
  const ids = new ReferenceIds();
  for (const { type, value } of task.config) type.collect(value, ids);
  for (const [index, { type }] of task.arguments.entries()) {
    if (!type.hasReferences) continue;
    for (const values of batch) type.collect(values[index], ids);
  }
  return ids.isEmpty ? noFacts(context.spaceId) : await gatherFacts(context, ids, task.attributes);
}

/** Contents of all single value stores that arguments read; the first problem, wrapped for its argument. */
async function readStores(task: CompiledTask, context: ArgumentContext): Promise<Result<StoreContents>> {
  const contents = new Map<string, unknown>();
  for (const argument of task.arguments) {
    for (const schemaId of argument.stores) {
      if (contents.has(schemaId)) continue;
      const content = await readStore(schemaId, context);
      if (!content.ok) return refuse(argumentError(argument.name, content.error));
      contents.set(schemaId, content.value);
    }
  }
  return ok(contents);
}

async function readStore(atmStoreSchemaId: string, context: ArgumentContext): Promise<Result<unknown>> {
  const target = context.targets.get(atmStoreSchemaId);
  if (target === undefined) return refuse(makeError('atmStoreNotFound', { atmStoreSchemaId }));
  if (target.type !== 'singleValue') return refuse(makeError('atmStoreTypeDisallowed', { atmStoreSchemaId, allowed: ['singleValue'] }));
  const text = await context.readSingleValue(target.storeId);
  if (text === null) return refuse(makeError('atmStoreContentNotSet', { atmStoreSchemaId }));
  const type = compileType((target.config as { readonly itemDataSpec: DataSpec }).itemDataSpec);
  const stored: unknown = JSON.parse(text);
  const ids = new ReferenceIds();
  type.collectStored(stored, ids);
  const described = type.describe(stored, await gatherFacts(context, ids, describedAttributes));
  return described.ok ? described : refuse(makeError('forbidden'));
}

async function linksOf(fileIds: ReadonlySet<string>, facts: Facts, context: ArgumentContext): Promise<{ fileId: string; path: string }[]> {
  const unknown = [...fileIds].filter((fileId) => !facts.files.has(fileId));
  const resolved = unknown.length === 0 ? null : await context.files.resolveMany(unknown);
  const links: { fileId: string; path: string }[] = [];
  for (const fileId of fileIds) {
    const ref = facts.files.get(fileId)?.ref ?? resolved?.get(fileId);
    if (ref?.spaceId === context.spaceId) links.push({ fileId, path: ref.path });
  }
  return links;
}

function argumentError(argument: string, specificError: ErrorObject): ErrorObject {
  return makeError('atmTaskArgMappingFailed', { argument, specificError });
}
