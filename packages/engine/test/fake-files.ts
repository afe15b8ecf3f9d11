/** Files in memory for tests of values and mapping: what is asked is counted. */
import { ok, posixError, refuse, type Result } from '@laneway/model';
import { fileIdOf } from '../src/files/file-id.ts';
import type { FileAttributes, FileRef, FileService, FileType } from '../src/files/port.ts';

export interface FakeFile {
  readonly spaceId?: string;
  readonly path: string;
  readonly type?: FileType;
  /** Registered, but every look at it ends so. */
  readonly errno?: string;
  readonly attributes?: FileAttributes;
}

export class FakeFiles implements FileService {
  /** Round trips so far. */
  questions = 0;
  readonly #files = new Map<string, FakeFile>();

  constructor(files: readonly FakeFile[] = []) {
    for (const file of files) this.#files.set(fileIdOf(file.spaceId ?? 's1', file.path), file);
  }

  async resolve(fileId: string): Promise<FileRef | null> {
    return (await this.resolveMany([fileId])).get(fileId) ?? null;
  }

  async resolveMany(fileIds: readonly string[]): Promise<ReadonlyMap<string, FileRef>> {
    this.questions += 1;
    const found = new Map<string, FileRef>();
    for (const fileId of fileIds) {
      const file = this.#files.get(fileId);
      if (file !== undefined) found.set(fileId, { fileId, spaceId: file.spaceId ?? 's1', path: file.path });
    }
    return found;
  }

  async lookup(): Promise<Result<FileRef>> {
    return await Promise.resolve(refuse(posixError('ENOENT')));
  }

  async attributes(ref: FileRef, names: readonly string[]): Promise<Result<FileAttributes>> {
    return (await this.attributesOfMany([ref], names)).get(ref.fileId) ?? refuse(posixError('ENOENT'));
  }

  async attributesOfMany(refs: readonly FileRef[], names: readonly string[]): Promise<ReadonlyMap<string, Result<FileAttributes>>> {
    this.questions += 1;
    return new Map(refs.map((ref) => [ref.fileId, this.#attributes(ref, names)]));
  }

  async fileType(ref: FileRef): Promise<Result<FileType>> {
    const found = await this.attributes(ref, ['type']);
    return found.ok ? ok(found.value['type'] as FileType) : found;
  }

  #attributes(ref: FileRef, names: readonly string[]): Result<FileAttributes> {
    const file = this.#files.get(ref.fileId);
    if (file === undefined) return refuse(posixError('ENOENT'));
    if (file.errno !== undefined) return refuse(posixError(file.errno));
    const name = file.path.split('/').at(-1) ?? '';
    const all: FileAttributes = { fileId: ref.fileId, name, type: file.type ?? 'REG', size: 5, ...file.attributes };
    return ok(Object.fromEntries(names.map((wanted) => [wanted, all[wanted] ?? null])));
  }
}
