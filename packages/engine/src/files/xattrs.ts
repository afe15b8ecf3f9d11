/**
 * Extended attributes: in the file system's `user.` names where it takes them, in the registry where it does
 * not (size, symbolic links, no support); reads consult both (interfaces, Extended attributes). A name lives
 * in one of the two places: writing to one removes it from the other.
 */
import type { FileHandle } from 'node:fs/promises';
import type { Database } from '../persistence/sql.ts';
import { readXattrs, writeXattrs } from '../persistence/sql/files.ts';
import { ErrnoError } from './posix.ts';
import type { XattrHelper } from './xattr-helper.ts';
import { xattrBytesOf, xattrValueOf } from './xattr-values.ts';

/** What a file system answers when it cannot hold a value, though nothing is wrong with the request. */
const cannotHold = new Set(['ENOTSUP', 'EOPNOTSUPP', 'ENOSPC', 'EDQUOT', 'E2BIG', 'ERANGE', 'EPERM', 'ENOSYS']);

export interface XattrPlace {
  readonly spaceId: string;
  readonly path: string;
  /** A descriptor of the entry itself, kept open by the caller. */
  readonly file: FileHandle;
}

export class Xattrs {
  readonly #database: Database;
  readonly #helper: XattrHelper | null;

  constructor(database: Database, helper: XattrHelper | null) {
    this.#database = database;
    this.#helper = helper;
  }

  /** All attributes as JSON values, names sorted. Throws an errno error rather than leave out those of the file. */
  async read(place: XattrPlace): Promise<Readonly<Record<string, unknown>>> {
    const registered = await this.#database.call(readXattrs, { spaceId: place.spaceId, path: place.path });
    const found = new Map<string, unknown>(Object.entries(registered).map(([name, text]) => [name, JSON.parse(text) as unknown]));
    const answer = await this.#helper?.read(place.file.fd);
    if (answer?.kind === 'errno' && !cannotHold.has(answer.errno)) throw new ErrnoError(answer.errno);
    if (answer?.kind === 'done') for (const [name, bytes] of answer.values) found.set(name, xattrValueOf(bytes));
    return Object.fromEntries([...found].toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  }

  /** Sets the given attributes, others stay (lambdas R139). Throws an errno error when the file may not be written. */
  async write(place: XattrPlace, values: Readonly<Record<string, unknown>>): Promise<void> {
    const registered: Record<string, string | null> = {};
    for (const [name, value] of Object.entries(values)) {
      const held = await this.#writeToFile(place, name, value);
      registered[name] = held ? null : JSON.stringify(value);
    }
    await this.#database.call(writeXattrs, { spaceId: place.spaceId, path: place.path, values: registered });
  }

  async remove(place: XattrPlace, names: readonly string[]): Promise<void> {
    for (const name of names) {
      const answer = await this.#helper?.remove(place.file.fd, name);
      if (answer?.kind === 'errno' && !cannotHold.has(answer.errno)) throw new ErrnoError(answer.errno);
    }
    const values = Object.fromEntries(names.map((name) => [name, null]));
    await this.#database.call(writeXattrs, { spaceId: place.spaceId, path: place.path, values });
  }

  async #writeToFile(place: XattrPlace, name: string, value: unknown): Promise<boolean> {
    if (this.#helper === null) return false;
    const answer = await this.#helper.set(place.file.fd, name, xattrBytesOf(value));
    if (answer.kind === 'done') return true;
    if (!cannotHold.has(answer.errno)) throw new ErrnoError(answer.errno);
    await this.#helper.remove(place.file.fd, name);
    return false;
  }
}
