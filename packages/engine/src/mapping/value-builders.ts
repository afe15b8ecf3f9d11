/** The five kinds of value builders (data-and-stores §6.2, R67–R69). */
import { isJsonObject, makeError, ok, refuse, type ErrorObject, type Result, type ValueBuilder } from '@laneway/model';

/** Described content of single value stores by schema id, read once per batch. */
export type StoreContents = ReadonlyMap<string, unknown>;

const supported = ['const', 'iteratedItem', 'object', 'singleValueStoreContent'] as const;

/** Builds a value from an item in its iterated form. */
export function buildValue(builder: ValueBuilder, item: unknown, stores: StoreContents): Result<unknown> {
  switch (builder.valueBuilderType) {
    case 'const':
      return ok(builder.valueBuilderRecipe);
    case 'iteratedItem':
      return queryItem(item, builder.valueBuilderRecipe ?? []);
    case 'object':
      return buildObject(builder.valueBuilderRecipe, item, stores);
    case 'singleValueStoreContent':
      return ok(stores.get(builder.valueBuilderRecipe));
    case 'storeCredentials':
      return refuse(makeError('atmTaskArgMapperUnsupportedValueBuilder', { type: builder.valueBuilderType, supported }));
  }
}

function buildObject(recipe: Readonly<Record<string, ValueBuilder>>, item: unknown, stores: StoreContents): Result<unknown> {
  const entries: [string, unknown][] = [];
  for (const [key, builder] of Object.entries(recipe)) {
    const value = buildValue(builder, item, stores);
    if (!value.ok) return value;
    entries.push([key, value.value]);
  }
  // fromEntries defines own properties, so a key such as `__proto__` is an ordinary one.
  return ok(Object.fromEntries(entries));
}

/** Descends by keys of objects and `[n]` (or plain `n`) of arrays. */
function queryItem(item: unknown, query: readonly string[]): Result<unknown> {
  let value = item;
  for (const step of query) {
    const next = stepInto(value, step);
    if (next === undefined) return refuse(queryError(item, query));
    value = next.value;
  }
  return ok(value);
}

function stepInto(value: unknown, step: string): { readonly value: unknown } | undefined {
  if (Array.isArray(value)) {
    const index = /^\[(\d+)\]$|^(\d+)$/.exec(step);
    const at = index === null ? Number.NaN : Number(index[1] ?? index[2]);
    return at < value.length ? { value: value[at] } : undefined;
  }
  return isJsonObject(value) && Object.hasOwn(value, step) ? { value: value[step] } : undefined;
}

function queryError(value: unknown, query: readonly string[]): ErrorObject {
  return makeError('atmTaskArgMapperIteratedItemQueryFailed', { value, query });
}

export function dependsOnItem(builder: ValueBuilder): boolean {
  if (builder.valueBuilderType === 'object') return Object.values(builder.valueBuilderRecipe).some(dependsOnItem);
  return builder.valueBuilderType === 'iteratedItem';
}

/** Schema ids of the single value stores that the builder reads. */
export function storesOf(builder: ValueBuilder): readonly string[] {
  if (builder.valueBuilderType === 'object') return Object.values(builder.valueBuilderRecipe).flatMap(storesOf);
  return builder.valueBuilderType === 'singleValueStoreContent' ? [builder.valueBuilderRecipe] : [];
}
