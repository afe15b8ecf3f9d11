/** Registering directories as spaces (interfaces, Spaces and users over REST). */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdir, realpath, rmdir, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { isEntityName, makeError, newId, ok, refuse, type Result } from '@laneway/model';
import type { Database } from '../persistence/sql.ts';
import {
  createSpace,
  deleteSpace,
  findSpaceByPath,
  getSpace,
  listSpaces,
  pathsOverlap,
  type NewSpace,
  type Space,
} from '../persistence/sql/files.ts';
import { getSpaceDetails, updateSpace, type SpaceChange, type SpaceDetails } from '../persistence/sql/space-details.ts';
import { errnoOf } from './posix.ts';

export interface SpaceRequest {
  readonly name: string;
  /** Absolute; null = a new directory below the data directory's `spaces/`. */
  readonly path: string | null;
  readonly readonly: boolean;
  readonly ownerUserId: string;
  /** The owner becomes a member with these privileges, in the same transaction; absent = nobody becomes one. */
  readonly ownerPrivileges?: readonly string[];
  readonly group?: NewSpace['group'];
  readonly details?: Partial<SpaceDetails>;
  /** Makes the id predictable; one used before is refused with `alreadyExists` (rest §8.6). */
  readonly idGeneratorSeed?: string;
}

export class Spaces {
  readonly #database: Database;
  readonly #dataDirectory: string;
  /** Spaces by id. A space never changes but for its name; another node's change is seen after `maxAgeMs`. */
  readonly #known = new Map<string, { readonly space: Space; readonly readAt: number }>();

  constructor(database: Database, dataDirectory: string) {
    this.#database = database;
    this.#dataDirectory = dataDirectory;
  }

  /** Checks and registers; every refusal names the field (`badData` of `name` or `path`) and leaves nothing behind. */
  async create(request: SpaceRequest): Promise<Result<Space>> {
    if (!isEntityName(request.name)) return refuse(makeError('badValueName', { key: 'name' }));
    const seed = request.idGeneratorSeed;
    const id = seed === undefined ? newId() : newId(seededBy(seed));
    const directory = request.path === null ? await this.#ownDirectory(id) : await this.#givenDirectory(request.path, request.readonly);
    if (!directory.ok) return directory;
    const outcome = await this.#database.call(createSpace, {
      id,
      name: request.name,
      path: directory.value,
      isNewDirectory: request.path === null,
      readonly: request.readonly,
      ownerUserId: request.ownerUserId,
      ownerPrivileges: request.ownerPrivileges ?? null,
      ...(request.group === undefined ? {} : { group: request.group }),
      ...(request.details === undefined ? {} : { details: request.details }),
    });
    if (outcome.kind === 'created') return ok(outcome.space);
    if (request.path === null) await rmdir(directory.value);
    if (outcome.kind === 'idTaken') return refuse(makeError('alreadyExists'));
    if (outcome.kind === 'memberMissing') return refuse(makeError('notFound'));
    const { name, path } = outcome.other;
    if (path === directory.value) return badPath(`${path} is the directory of space "${name}" already`);
    return badPath(`${directory.value} overlaps with the directory of space "${name}", ${path}`);
  }

  /** The space whose directory this is, links resolved; null when the directory does not exist or is no space. */
  async findByPath(path: string): Promise<Space | null> {
    const real = await realpath(path).catch(() => null);
    return real === null ? null : await this.#database.call(findSpaceByPath, { path: real });
  }

  async get(id: string): Promise<Space | null> {
    const known = this.#known.get(id);
    if (known !== undefined && performance.now() - known.readAt < maxAgeMs) return known.space;
    const space = await this.#database.call(getSpace, { id });
    if (space === null) this.#known.delete(id);
    else this.#remember(space);
    return space;
  }

  #remember(space: Space): void {
    const readAt = performance.now();
    // In the order in which they were read: the first ones are the oldest.
    this.#known.delete(space.id);
    this.#known.set(space.id, { space, readAt });
    for (const [id, known] of this.#known) {
      if (readAt - known.readAt < maxAgeMs) break;
      this.#known.delete(id);
    }
  }

  /** null = all. */
  async list(ids: readonly string[] | null): Promise<readonly Space[]> {
    return await this.#database.call(listSpaces, { ids });
  }

  /** Never older than the last change. */
  async details(id: string): Promise<SpaceDetails | null> {
    return await this.#database.call(getSpaceDetails, { id });
  }

  /** What is absent stays as it is. */
  async update(id: string, change: SpaceChange): Promise<Result<void>> {
    if (change.name !== undefined && !isEntityName(change.name)) return refuse(makeError('badValueName', { key: 'name' }));
    const changed = await this.#database.call(updateSpace, { id, change });
    this.#known.delete(id);
    return changed ? ok(undefined) : refuse(makeError('notFound'));
  }

  /** Forgets the space; the directory and what is in it stay. Refused while there are executions of it. */
  async delete(id: string): Promise<Result<void>> {
    this.#known.delete(id);
    switch (await this.#database.call(deleteSpace, { id })) {
      case 'deleted':
        return ok(undefined);
      case 'missing':
        return refuse(makeError('notFound'));
      case 'inUse':
        return refuse(
          makeError('forbiddenWithHint', {
            hint: 'there are executions of the space, which have to be deleted first; lists show those of inventories that you belong to',
          }),
        );
    }
  }

  async #ownDirectory(id: string): Promise<Result<string>> {
    const all = join(this.#dataDirectory, 'spaces');
    await mkdir(all, { recursive: true });
    const path = join(all, id);
    try {
      await mkdir(path);
    } catch (error) {
      // Also one that a deleted space has left behind: what is in it is not for the next one.
      if (errnoOf(error) === 'EEXIST') return refuse(makeError('alreadyExists'));
      throw error;
    }
    return ok(await realpath(path));
  }

  async #givenDirectory(path: string, readOnly: boolean): Promise<Result<string>> {
    if (!isAbsolute(path)) return badPath('an absolute path is needed');
    if (path.includes('\0') || !path.isWellFormed()) return badPath('the path contains characters that no path can have');
    try {
      const real = await realpath(path);
      if (!(await stat(real)).isDirectory()) return badPath(`${path} is not a directory`);
      const dataDirectory = await realpath(this.#dataDirectory).catch(() => this.#dataDirectory);
      if (pathsOverlap(real, dataDirectory)) return badPath(`${path} is, contains or lies in the data directory`);
      await access(real, readOnly ? constants.R_OK | constants.X_OK : constants.R_OK | constants.X_OK | constants.W_OK);
      return ok(real);
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === null) throw error;
      return badPath(pathProblem(path, errno, readOnly));
    }
  }
}

const maxAgeMs = 2000;

/** In place of random bytes. */
function seededBy(seed: string): (bytes: Uint8Array<ArrayBuffer>) => Uint8Array {
  return (bytes) => {
    bytes.set(createHash('sha256').update(seed).digest().subarray(0, bytes.length));
    return bytes;
  };
}

function pathProblem(path: string, errno: string, readOnly: boolean): string {
  if (errno === 'ENOENT' || errno === 'ENOTDIR') return `${path} does not exist`;
  if (errno === 'EACCES' || errno === 'EPERM') return `${path} is not ${readOnly ? 'readable' : 'readable and writable'} for this server`;
  if (errno === 'EROFS') return `${path} is on a read-only file system: register it as readonly`;
  return `${path} cannot be used: ${errno.toLowerCase()}`;
}

function badPath(hint: string): Result<never> {
  return refuse(makeError('badData', { key: 'path', hint }));
}
