/** Spaces and files of this machine: ids, attributes and extended attributes. Content and children: content.ts, children.ts. */
import { constants } from 'node:fs';
import { access, readlink, type FileHandle } from 'node:fs/promises';
import { makeError, ok, posixError, refuse, type Result } from '@laneway/model';
import type { Database } from '../persistence/sql.ts';
import { findFiles, registerFiles, type Space } from '../persistence/sql/files.ts';
import { attributesOf, typeOf, wantsXattrs } from './attributes.ts';
import { Datasets } from './datasets.ts';
import { Entities } from './entities.ts';
import { fileIdOf, isFileId } from './file-id.ts';
import { componentsOf, openAny, placeOf, statEntry, within, withDirectory } from './open.ts';
import type { FileAttributes, FileRef, FileService, FileType } from './port.ts';
import { attempt, ErrnoError, forEachBounded, isAccessDenied } from './posix.ts';
import type { Spaces } from './spaces.ts';
import { XattrHelper } from './xattr-helper.ts';
import { xattrNameProblem } from './xattr-values.ts';
import { Xattrs } from './xattrs.ts';

export interface FilesParts {
  readonly database: Database;
  readonly spaces: Spaces;
  /** Value of `originProviderId`. */
  readonly providerId?: string;
  /** Interpreter for extended attributes of the file system (`python3`); null = all of them stay in the registry. */
  readonly pythonCommand?: string | null;
}

/** Whether a file is a dataset or lies in one (schemas §3). */
const inheritanceName = 'effDatasetInheritancePath';

/** Directories and entries looked at at the same time: the thread pool of the platform has four threads by default. */
const width = 4;

export class Files implements FileService {
  readonly spaces: Spaces;
  readonly datasets: Datasets;
  readonly entities: Entities;
  readonly #database: Database;
  readonly #providerId: string | null;
  readonly #helper: XattrHelper | null;
  readonly #xattrs: Xattrs;

  constructor(parts: FilesParts) {
    const { database, spaces, providerId = null, pythonCommand = 'python3' } = parts;
    this.spaces = spaces;
    this.#database = database;
    this.#providerId = providerId;
    this.#helper = pythonCommand === null ? null : new XattrHelper(pythonCommand);
    this.#xattrs = new Xattrs(database, this.#helper);
    this.datasets = new Datasets(database, this);
    this.entities = new Entities(database, this.datasets);
  }

  close(): void {
    this.#helper?.close();
  }

  async resolve(fileId: string): Promise<FileRef | null> {
    return (await this.resolveMany([fileId])).get(fileId) ?? null;
  }

  async resolveMany(fileIds: readonly string[]): Promise<ReadonlyMap<string, FileRef>> {
    const ids = [...new Set(fileIds.filter(isFileId))];
    if (ids.length === 0) return new Map();
    const rows = await this.#database.call(findFiles, { ids });
    return new Map(rows.map((row) => [row.id, { fileId: row.id, spaceId: row.spaceId, path: row.path }]));
  }

  /** References to paths that are known to exist, resolvable from now on; one statement for all of them. */
  async register(spaceId: string, paths: readonly string[]): Promise<readonly FileRef[]> {
    const refs = paths.map((path) => ({ fileId: fileIdOf(spaceId, path), spaceId, path }));
    if (refs.length > 0) {
      await this.#database.call(registerFiles, { files: refs.map(({ fileId, path }) => ({ id: fileId, spaceId, path })) });
    }
    return refs;
  }

  /** The id of each space's root directory, whether it can be entered now or not. Only what was never told before is written. */
  async rootsOf(spaceIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const roots = spaceIds.map((spaceId) => ({ id: fileIdOf(spaceId, ''), spaceId, path: '' }));
    const known = await this.resolveMany(roots.map((root) => root.id));
    const unknown = roots.filter((root) => !known.has(root.id));
    if (unknown.length > 0) await this.#database.call(registerFiles, { files: unknown });
    return new Map(roots.map((root) => [root.spaceId, root.id]));
  }

  async lookup(spaceId: string, path: string): Promise<Result<FileRef>> {
    const found = await this.inSpace(spaceId, async (space) => {
      const { parent, name } = placeOf(path);
      await withDirectory(space, parent, async (directory) => typeOf(await statEntry(directory, checkedName(name, path))));
    });
    if (!found.ok) return found;
    const [ref] = await this.register(spaceId, [path]);
    return ref === undefined ? refuse(posixError('ENOENT')) : ok(ref);
  }

  async attributes(ref: FileRef, names: readonly string[]): Promise<Result<FileAttributes>> {
    return (await this.attributesOfMany([ref], names)).get(ref.fileId) ?? refuse(posixError('ENOENT'));
  }

  async attributesOfMany(refs: readonly FileRef[], names: readonly string[]): Promise<ReadonlyMap<string, Result<FileAttributes>>> {
    const found = new Map<string, Result<FileAttributes>>();
    await forEachBounded(byDirectory(refs), width, async (group) => {
      const opened = await this.inSpace(group.spaceId, async (space) => {
        await withDirectory(space, group.parent, async (directory) => {
          await forEachBounded(group.refs, width, async (ref) => {
            found.set(ref.fileId, await attempt(async () => await this.#read(space, directory, ref, names)));
          });
        });
      });
      // The directory itself could not be entered: that is the answer for everything in it.
      if (!opened.ok) for (const ref of group.refs) found.set(ref.fileId, opened);
    });
    if (names.includes('parentFileId')) await this.#registerParents(refs);
    return names.includes(inheritanceName) ? await this.#withInheritance(refs, found) : found;
  }

  async #withInheritance(
    refs: readonly FileRef[],
    found: ReadonlyMap<string, Result<FileAttributes>>,
  ): Promise<ReadonlyMap<string, Result<FileAttributes>>> {
    const inherited = await this.datasets.inheritanceOf(refs);
    return new Map(
      [...found].map(([fileId, attributes]) => [
        fileId,
        attributes.ok ? ok({ ...attributes.value, [inheritanceName]: inherited.get(fileId) ?? 'none' }) : attributes,
      ]),
    );
  }

  async fileType(ref: FileRef): Promise<Result<FileType>> {
    const attributes = await this.attributes(ref, ['type']);
    return attributes.ok ? ok(attributes.value['type'] as FileType) : attributes;
  }

  /** Extended attributes as JSON values. */
  async xattrs(ref: FileRef): Promise<Result<Readonly<Record<string, unknown>>>> {
    return await this.#withEntry(ref, async (file) => await this.#xattrs.read({ ...ref, file }));
  }

  /** Merges into the attributes that are there (lambdas R139); nothing is written when a name is refused. */
  async setXattrs(ref: FileRef, values: Readonly<Record<string, unknown>>): Promise<Result<void>> {
    for (const name of Object.keys(values)) {
      const problem = xattrNameProblem(name);
      if (problem !== null) return refuse(problem);
    }
    return await this.#withEntry(ref, async (file, space) => {
      if (space.readonly) throw new ErrnoError('EROFS');
      await this.#xattrs.write({ ...ref, file }, values);
    });
  }

  async removeXattrs(ref: FileRef, names: readonly string[]): Promise<Result<void>> {
    for (const name of names) {
      const problem = xattrNameProblem(name);
      if (problem !== null) return refuse(problem);
    }
    return await this.#withEntry(ref, async (file, space) => {
      if (space.readonly) throw new ErrnoError('EROFS');
      await this.#xattrs.remove({ ...ref, file }, names);
    });
  }

  /** Whether the directory of a space can be read: `posix` when that is not allowed, `serviceUnavailable` when it is away (rest §5.2 row 5). */
  async reach(spaceId: string): Promise<Result<void>> {
    const reached = await this.inSpace(spaceId, async (space) => {
      await withDirectory(space, '', async (directory) => await access(within(directory, ''), constants.R_OK | constants.X_OK));
    });
    return reached.ok || isAccessDenied(reached.error) ? reached : refuse(makeError('serviceUnavailable'));
  }

  /** Runs a file operation in a space; `posix` errors, ENOENT for a space that is not there. */
  async inSpace<T>(spaceId: string, use: (space: Space) => Promise<T>): Promise<Result<T>> {
    const space = await this.spaces.get(spaceId);
    if (space === null) return refuse(posixError('ENOENT'));
    return await attempt(async () => await use(space));
  }

  async #read(space: Space, directory: FileHandle, ref: FileRef, names: readonly string[]): Promise<FileAttributes> {
    const name = checkedName(placeOf(ref.path).name, ref.path);
    const stats = await statEntry(directory, name);
    typeOf(stats);
    const symlinkValue = names.includes('symlinkValue') && stats.isSymbolicLink() ? await readlink(within(directory, name)) : null;
    const xattrs = wantsXattrs(names) ? await this.#readXattrs(directory, name, ref) : {};
    return attributesOf({ space, providerId: this.#providerId, path: ref.path, stats, symlinkValue, xattrs }, names);
  }

  async #readXattrs(directory: FileHandle, name: string, ref: FileRef): Promise<Readonly<Record<string, unknown>>> {
    const file = await openAny(directory, name);
    try {
      return await this.#xattrs.read({ ...ref, file });
    } finally {
      await file.close();
    }
  }

  async #withEntry<T>(ref: FileRef, use: (file: FileHandle, space: Space) => Promise<T>): Promise<Result<T>> {
    return await this.inSpace(ref.spaceId, async (space) => {
      const { parent, name } = placeOf(ref.path);
      return await withDirectory(space, parent, async (directory) => {
        const file = await openAny(directory, checkedName(name, ref.path));
        try {
          return await use(file, space);
        } finally {
          await file.close();
        }
      });
    });
  }

  /** `parentFileId` is handed out, so it has to resolve. */
  async #registerParents(refs: readonly FileRef[]): Promise<void> {
    for (const spaceId of new Set(refs.map((ref) => ref.spaceId))) {
      const paths = refs.filter((ref) => ref.spaceId === spaceId && ref.path !== '').map((ref) => placeOf(ref.path).parent);
      await this.register(spaceId, [...new Set(paths)]);
    }
  }
}

interface Group {
  readonly spaceId: string;
  readonly parent: string;
  readonly refs: FileRef[];
}

function byDirectory(refs: readonly FileRef[]): Group[] {
  const groups = new Map<string, Group>();
  for (const ref of refs) {
    const { parent } = placeOf(ref.path);
    const key = `${ref.spaceId}\0${parent}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { spaceId: ref.spaceId, parent, refs: [ref] });
    else group.refs.push(ref);
  }
  return [...groups.values()];
}

/** The last component of a path, after checking all of it; throws EINVAL or ENAMETOOLONG. */
export function checkedName(name: string, path: string): string {
  componentsOf(path);
  return name;
}
