/** What has to be known about references before values are checked: fetched once per batch, used synchronously. */
import { posixError, refuse, type Result } from '@laneway/model';
import type { DatasetFact, FileAttributes, FileRef, FileService, GroupInfo } from '../files/port.ts';
import type { ReferenceIds } from './reference-ids.ts';

/** In whose name values are checked. */
export interface ValueContext {
  /** Space of the workflow. */
  readonly spaceId: string;
  readonly files: FileService;
  /** Whose rights count in other spaces; absent = nobody's. */
  readonly userId?: string;
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
  /** Missing: there is none, or it is in another space that the user may not view. */
  readonly datasets: ReadonlyMap<string, DatasetFact>;
  /** Missing: not in the space. */
  readonly groups: ReadonlyMap<string, GroupInfo>;
}

/** Facts of a batch without references. */
export function noFacts(spaceId: string): Facts {
  return { spaceId, files: new Map(), datasets: new Map(), groups: new Map() };
}

/** Resolves the ids and fetches types and the named attributes of files; a few round trips whatever the number of ids. */
export async function gatherFacts(context: ValueContext, ids: ReferenceIds, attributes: readonly string[] = []): Promise<Facts> {
  if (ids.isEmpty) return noFacts(context.spaceId);
  const [files, datasets, groups] = await Promise.all([
    gatherFiles(context, ids.files, attributes),
    gatherDatasets(context, ids.datasets),
    gatherGroups(context, ids.groups),
  ]);
  return { spaceId: context.spaceId, files, datasets, groups };
}

async function gatherFiles(
  { spaceId, files }: ValueContext,
  fileIds: ReadonlySet<string>,
  attributes: readonly string[],
): Promise<Facts['files']> {
  const facts = new Map<string, FileFact>();
  if (fileIds.size === 0) return facts;
  const refs = await files.resolveMany([...fileIds]);
  const own = [...refs.values()].filter((ref) => ref.spaceId === spaceId);
  const found = await files.attributesOfMany(own, [...new Set(['type', ...attributes])]);
  for (const ref of refs.values()) facts.set(ref.fileId, { ref, attributes: found.get(ref.fileId) ?? unknownFile });
  return facts;
}

const unknownFile: Result<FileAttributes> = refuse(posixError('ENOENT'));

/** Datasets of other spaces are known only to who may view those (R6). */
async function gatherDatasets(context: ValueContext, datasetIds: ReadonlySet<string>): Promise<Facts['datasets']> {
  const { entities } = context.files;
  if (datasetIds.size === 0 || entities === undefined) return new Map();
  const facts = await entities.factsOf([...datasetIds]);
  const others = new Set([...facts.values()].map((fact) => fact.spaceId).filter((spaceId) => spaceId !== context.spaceId));
  if (others.size === 0) return facts;
  const visible = context.userId === undefined ? new Set() : await entities.spacesOf(context.userId, [...others]);
  return new Map([...facts].filter(([, { spaceId }]) => spaceId === context.spaceId || visible.has(spaceId)));
}

async function gatherGroups({ spaceId, files }: ValueContext, groupIds: ReadonlySet<string>): Promise<Facts['groups']> {
  const { entities } = files;
  return groupIds.size === 0 || entities === undefined ? new Map() : await entities.groupsOfSpace(spaceId, [...groupIds]);
}
