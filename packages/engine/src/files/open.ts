/**
 * Reaching files below a space's directory and nothing else.
 *
 * Invariant: a path is never checked first and opened later. Each component is opened by itself through the
 * descriptor of its parent (`/proc/self/fd/<n>/<name>`) without following links, and what was opened is what
 * gets used; so replacing a directory by a link while we look cannot lead outside (design §8).
 */
import { constants } from 'node:fs';
import { lstat, open, readlink, type FileHandle } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import { ErrnoError } from './posix.ts';

/** Not among Node's constants; the same number on every Linux architecture that Node supports. */
const O_PATH = 0o10000000;
const directoryFlags = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW;

export interface SpaceRoot {
  readonly id: string;
  readonly path: string;
}

/** Components of a path relative to the space's root; throws EINVAL for anything that is not such a path. */
export function componentsOf(path: string): readonly string[] {
  if (path === '') return [];
  const components = path.split('/');
  for (const name of components) {
    if (name === '' || name === '.' || name === '..' || name.includes('\0') || !name.isWellFormed()) throw new ErrnoError('EINVAL');
    if (Buffer.byteLength(name) > 255) throw new ErrnoError('ENAMETOOLONG');
  }
  return components;
}

export interface Place {
  readonly parent: string;
  /** `''` for the space's root. */
  readonly name: string;
}

/** Where the last component is looked up. */
export function placeOf(path: string): Place {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? { parent: '', name: path } : { parent: path.slice(0, slash), name: path.slice(slash + 1) };
}

/** The entry of an opened directory as a path that leads through the descriptor. */
export function within(directory: FileHandle, name: string): string {
  return name === '' ? `/proc/self/fd/${directory.fd}/.` : `/proc/self/fd/${directory.fd}/${name}`;
}

/** Opens the space's own directory and makes sure that it is still the registered one. */
export async function openRoot(space: SpaceRoot): Promise<FileHandle> {
  const root = await open(space.path, directoryFlags);
  try {
    if ((await readlink(`/proc/self/fd/${root.fd}`)) !== space.path) throw new ErrnoError('ENOENT');
    return root;
  } catch (error) {
    await root.close();
    throw error;
  }
}

/** `name` as bytes where it may be invalid UTF-8. */
export async function openSubdirectory(directory: FileHandle, name: string | Buffer): Promise<FileHandle> {
  const path = typeof name === 'string' ? within(directory, name) : Buffer.concat([Buffer.from(`/proc/self/fd/${directory.fd}/`), name]);
  return await open(path, directoryFlags);
}

/** Opens a directory of the space (path-only descriptor), lends it, and closes it. Throws errno errors. */
export async function withDirectory<T>(space: SpaceRoot, path: string, use: (directory: FileHandle) => Promise<T>): Promise<T> {
  const components = componentsOf(path);
  let directory = await openRoot(space);
  try {
    for (const name of components) {
      const next = await openSubdirectory(directory, name);
      const previous = directory;
      directory = next;
      await previous.close();
    }
    return await use(directory);
  } finally {
    await directory.close();
  }
}

/** Attributes of an entry of an opened directory; a symbolic link is never followed. */
export async function statEntry(directory: FileHandle, name: string): Promise<BigIntStats> {
  return await lstat(within(directory, name), { bigint: true });
}

/** Opens a regular file for reading or writing; anything else is refused after looking at what was really opened. */
export async function openRegular(directory: FileHandle, name: string, flags: number, mode = 0o664): Promise<FileHandle> {
  // O_NONBLOCK: opening a pipe must not wait for its other end.
  const file = await open(within(directory, name), flags | constants.O_NOFOLLOW | constants.O_NONBLOCK, mode);
  try {
    const stats = await file.stat();
    if (stats.isDirectory()) throw new ErrnoError('EISDIR');
    if (!stats.isFile()) throw new ErrnoError('EINVAL');
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** A descriptor of any entry, good for attributes only. */
export async function openAny(directory: FileHandle, name: string): Promise<FileHandle> {
  return await open(within(directory, name), O_PATH | constants.O_NOFOLLOW);
}
