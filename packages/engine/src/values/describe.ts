/** Describing stored values, for browsing (data-and-stores §2.3). */
import type { DataSpec, Result } from '@laneway/model';
import type { FileService } from '../files/port.ts';
import { compileType } from './compile-type.ts';
import { gatherFacts } from './facts.ts';
import { ReferenceIds } from './reference-ids.ts';
import { describedAttributes } from './value-type.ts';

/** Values of one spec, in order. */
export type ValueDescriber = (
  spec: DataSpec,
  stored: readonly unknown[],
  owner: { readonly spaceId: string | null },
) => Promise<readonly Result<unknown>[]>;

/** A describer that reads files through the given service: two round trips whatever the number of values. */
export function valueDescriber(files: FileService): ValueDescriber {
  return async (spec, stored, { spaceId }) => {
    const type = compileType(spec);
    const ids = new ReferenceIds();
    for (const value of stored) type.collectStored(value, ids);
    const facts = await gatherFacts({ spaceId: spaceId ?? '', files }, ids, describedAttributes);
    return stored.map((value) => type.describe(value, facts));
  };
}
