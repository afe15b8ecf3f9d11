/** Describing stored values one at a time, for browsing (data-and-stores §2.3). */
import type { DataSpec, Result } from '@laneway/model';
import type { FileService } from '../files/port.ts';
import { compileType } from './compile-type.ts';
import { gatherFacts } from './facts.ts';
import { describedAttributes } from './value-type.ts';

export type ValueDescriber = (spec: DataSpec, stored: unknown, owner: { readonly spaceId: string | null }) => Promise<Result<unknown>>;

/** A describer that reads files through the given service. */
export function valueDescriber(files: FileService): ValueDescriber {
  return async (spec, stored, { spaceId }) => {
    const type = compileType(spec);
    const fileIds = new Set<string>();
    type.collectStored(stored, fileIds);
    return type.describe(stored, await gatherFacts({ spaceId: spaceId ?? '', files }, fileIds, describedAttributes));
  };
}
