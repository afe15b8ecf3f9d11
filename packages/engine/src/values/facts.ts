/** What has to be known about referenced files before values are checked: fetched once per batch, used synchronously. */
import type { FileAttributes, FileRef, FileService } from '../files/port.ts';
import { posixError, refuse, type Result } from '@laneway/model';

/** In whose name values are checked. */
export interface ValueContext {
  /** Space of the workflow. */
  readonly spaceId: string;
  readonly files: FileService;
}

export interface FileFact {
  readonly ref: FileRef;
  /** The gathered attributes, or why there are none; not fetched for files of other spaces. */
  readonly attributes: Result<FileAttributes>;
}

export interface Facts {
  readonly spaceId: string;
  /** Missing: nothing is known under this id. */
  readonly files: ReadonlyMap<string, FileFact>;
}

/** Facts of a batch without references. */
export function noFacts(spaceId: string): Facts {
  return { spaceId, files: new Map() };
}

/** Resolves the ids and fetches their type and the named attributes; two round trips whatever their number. */
export async function gatherFacts(context: ValueContext, fileIds: ReadonlySet<string>, attributes: readonly string[] = []): Promise<Facts> {
  if (fileIds.size === 0) return noFacts(context.spaceId);
  const refs = await context.files.resolveMany([...fileIds]);
  const own = [...refs.values()].filter((ref) => ref.spaceId === context.spaceId);
  const found = await context.files.attributesOfMany(own, [...new Set(['type', ...attributes])]);
  const files = new Map<string, FileFact>();
  for (const ref of refs.values()) files.set(ref.fileId, { ref, attributes: found.get(ref.fileId) ?? unknownFile });
  return { spaceId: context.spaceId, files };
}

const unknownFile: Result<FileAttributes> = refuse(posixError('ENOENT'));
