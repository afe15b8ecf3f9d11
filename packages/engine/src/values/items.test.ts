import { describe, expect, it } from 'vitest';
import { rootDataSpec } from './items.ts';

describe('roots of a treeForest', () => {
  it.each(['REG', 'SYMLNK'] as const)('may be directories when the store yields only %s entries (lambdas §13.5)', (fileType) => {
    expect(rootDataSpec({ type: 'file', fileType, attributes: null })).toMatchObject({ fileType: 'ANY' });
  });

  it('are what the store asks for otherwise', () => {
    expect(rootDataSpec({ type: 'file', fileType: 'DIR', attributes: null })).toMatchObject({ fileType: 'DIR' });
    expect(rootDataSpec({ type: 'dataset' })).toEqual({ type: 'dataset' });
  });
});
