/** What lanes iterate over: the spec of items and their way out of the store. */
import type { DataSpec, StoreSchema } from '@laneway/model';

/** Data spec of the items of an iterated store (data-and-stores R21); null for stores that cannot be iterated. */
export function iteratedItemSpec(store: Pick<StoreSchema, 'type' | 'config'>): DataSpec | null {
  switch (store.type) {
    case 'list':
    case 'singleValue':
    case 'treeForest':
      return (store.config as { readonly itemDataSpec: DataSpec }).itemDataSpec;
    case 'range':
      return { type: 'number', integersOnly: true, allowedValues: null };
    case 'auditLog':
      return { type: 'object' };
    case 'timeSeries':
      return null;
  }
}

/**
 * What may be a root of a treeForest store. The store's file type says which entries of the trees become items
 * (lambdas §13.5), so a directory is always a root: a forest of regular files grows out of directories.
 */
export function rootDataSpec(itemDataSpec: DataSpec): DataSpec {
  const choosesEntries = itemDataSpec.type === 'file' && (itemDataSpec.fileType === 'REG' || itemDataSpec.fileType === 'SYMLNK');
  return choosesEntries ? { ...itemDataSpec, fileType: 'ANY' } : itemDataSpec;
}
