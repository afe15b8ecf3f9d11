/**
 * What the rest of the engine asks of spaces and files (design §8). Ids are deterministic and
 * Onedata-shaped; nothing outside a space's directory is ever reachable through this port.
 */
import type { Result } from '@laneway/model';

export type FileType = 'REG' | 'DIR' | 'SYMLNK';

export interface FileRef {
  readonly fileId: string;
  readonly spaceId: string;
  /** Path relative to the space's root, `''` for the root itself, `/`-separated. */
  readonly path: string;
}

export type FileAttributes = Readonly<Record<string, unknown>>;

export interface FileService {
  /** The file behind an id in the given space; errors as data-and-stores R5 (`atmDataTypeUnverified` is the caller's to wrap: here `badValueFile` ids give posix enoent). */
  resolve(fileId: string): Promise<FileRef | null>;
  /** The same for many ids in one round trip; unknown ids are missing in the answer. */
  resolveMany(fileIds: readonly string[]): Promise<ReadonlyMap<string, FileRef>>;
  /** Registers the path (if it exists in the space) and returns its reference; posix errors otherwise. */
  lookup(spaceId: string, path: string): Promise<Result<FileRef>>;
  /** The named attributes (schemas §3); unavailable ones are null. posix errors when the file is gone or unreadable. */
  attributes(ref: FileRef, names: readonly string[]): Promise<Result<FileAttributes>>;
  /** The same for many files at once, by file id; each directory is opened once. */
  attributesOfMany(refs: readonly FileRef[], names: readonly string[]): Promise<ReadonlyMap<string, Result<FileAttributes>>>;
  fileType(ref: FileRef): Promise<Result<FileType>>;
  /** What else values may refer to; absent where there are no datasets and groups. */
  readonly entities?: EntityService;
}

export interface EntityService extends DatasetService, GroupService, MembershipService {}

/** Everything a dataset tells (data-and-stores §2.3). */
export interface DatasetInfo {
  readonly datasetId: string;
  readonly state: 'attached' | 'detached';
  readonly rootFileId: string;
  readonly rootFileType: string;
  readonly rootFileDeleted: boolean;
  /** Begins with the name of the space. */
  readonly rootFilePath: string;
  readonly protectionFlags: readonly string[];
  readonly effectiveProtectionFlags: readonly string[];
  readonly parentId: string | null;
  readonly archiveCount: number;
  /** Seconds. */
  readonly creationTime: number;
}

export interface DatasetFact {
  readonly spaceId: string;
  readonly info: DatasetInfo;
}

export interface DatasetService {
  /** By dataset id; unknown ids are missing in the answer. */
  factsOf(datasetIds: readonly string[]): Promise<ReadonlyMap<string, DatasetFact>>;
}

export interface GroupInfo {
  readonly groupId: string;
  readonly name: string;
  readonly type: string;
}

export interface GroupService {
  /** By group id; groups that are not in the space are missing in the answer (R7). */
  groupsOfSpace(spaceId: string, groupIds: readonly string[]): Promise<ReadonlyMap<string, GroupInfo>>;
}

export interface MembershipService {
  /** Those of the spaces that the user is a member of. */
  spacesOf(userId: string, spaceIds: readonly string[]): Promise<ReadonlySet<string>>;
}
