/** The five kinds of value builders (data-and-stores §6.2, R67–R69). */
import { makeError, ok, queryItem, refuse, type Result, type ValueBuilder } from '@laneway/model';

/** Described content of single value stores by schema id, read once per batch. */
export type StoreContents = ReadonlyMap<string, unknown>;

const supported = ['const', 'iteratedItem', 'object', 'singleValueStoreContent'] as const;

/** Builds a value from an item in its iterated form. */
export function buildValue(builder: ValueBuilder, item: unknown, stores: StoreContents): Result<unknown> {
  switch (builder.valueBuilderType) {
    case 'const':
      return ok(builder.valueBuilderRecipe);
    case 'iteratedItem':
      return queryItem(item, builder.valueBuilderRecipe);
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

export function dependsOnItem(builder: ValueBuilder): boolean {
  if (builder.valueBuilderType === 'object') return Object.values(builder.valueBuilderRecipe).some(dependsOnItem);
  return builder.valueBuilderType === 'iteratedItem';
}

/** Schema ids of the single value stores that the builder reads. */
export function storesOf(builder: ValueBuilder): readonly string[] {
  if (builder.valueBuilderType === 'object') return Object.values(builder.valueBuilderRecipe).flatMap(storesOf);
  return builder.valueBuilderType === 'singleValueStoreContent' ? [builder.valueBuilderRecipe] : [];
}
