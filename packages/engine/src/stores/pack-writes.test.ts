import { describe, expect, it } from 'vitest';
import { maxChunkBytes, maxChunkItemCount } from './limits.ts';
import { mergePieces } from './chunks.ts';
import { packWrites } from './pack-writes.ts';

describe('packing writes', () => {
  it('makes one write of all appends to a store, in their order, and leaves the others as they are', () => {
    const set = { kind: 'set', storeId: 'c', content: '1' } as const;
    const packed = packWrites([
      { kind: 'append', storeId: 'a', items: ['1', '2'] },
      set,
      { kind: 'append', storeId: 'b', items: ['3'] },
      { kind: 'append', storeId: 'a', items: ['4'] },
    ]);
    expect(packed).toEqual([
      { kind: 'pieces', storeId: 'a', pieces: [{ itemCount: 3, bytes: 6, text: '1\n2\n4' }] },
      { kind: 'pieces', storeId: 'b', pieces: [{ itemCount: 1, bytes: 2, text: '3' }] },
      set,
    ]);
  });

  it('merges neighbours only as long as they fit into one chunk', () => {
    const piece = (itemCount: number, bytes: number) => ({ itemCount, bytes, text: 'x' });
    expect(mergePieces([piece(1, 2), piece(1, 2)])).toEqual([{ itemCount: 2, bytes: 4, text: 'x\nx' }]);
    expect(mergePieces([piece(maxChunkItemCount, 2), piece(1, 2)])).toHaveLength(2);
    expect(mergePieces([piece(1, maxChunkBytes), piece(1, 1)])).toHaveLength(2);
  });
});
