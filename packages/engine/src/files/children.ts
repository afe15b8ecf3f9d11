/** Children of directories: listing, creating, deleting (lambdas §12.2). */
import { constants } from 'node:fs';
import { lchown, mkdir, opendir, rmdir, symlink, unlink, type FileHandle } from 'node:fs/promises';
import { ok, posixError, refuse, type Result } from '@laneway/model';
import type { Database } from '../persistence/sql.ts';
import { forgetXattrs } from '../persistence/sql/files.ts';
import { typeOf } from './attributes.ts';
import { writeAll, type Bytes } from './content.ts';
import type { Files } from './files.ts';
import { componentsOf, openRegular, openSubdirectory, placeOf, statEntry, within, withDirectory } from './open.ts';
import type { FileAttributes, FileRef } from './port.ts';
import { errnoOf, ErrnoError } from './posix.ts';

export interface ListRequest {
  readonly limit: number;
  readonly offset: number;
  /** Name of the last child of the page before; null = from the start. */
  readonly token: string | null;
  readonly attributes: readonly string[];
}

export interface ChildPage {
  readonly children: readonly FileAttributes[];
  readonly isLast: boolean;
  /** null on the last page. */
  readonly nextPageToken: string | null;
}

/** Children by name, in byte order; names that are not valid UTF-8 are left out. Ids of the page resolve from now on. */
export async function listChildren(files: Files, ref: FileRef, request: ListRequest): Promise<Result<ChildPage>> {
  const listed = await files.inSpace(ref.spaceId, async (space) => await withDirectory(space, ref.path, childNames));
  if (!listed.ok) return listed;
  const { token, offset, limit } = request;
  const following =
    token === null ? listed.value : listed.value.filter((name) => Buffer.compare(Buffer.from(name), Buffer.from(token)) > 0);
  const page = following.slice(offset, offset + limit);
  const isLast = offset + limit >= following.length;
  const refs = await files.register(
    ref.spaceId,
    page.map((name) => childPath(ref.path, name)),
  );
  const attributes = await files.attributesOfMany(refs, request.attributes);
  // A child that vanished since the listing is left out.
  const children = refs.flatMap((child) => {
    const found = attributes.get(child.fileId);
    return found?.ok === true ? [found.value] : [];
  });
  return ok({ children, isLast, nextPageToken: isLast ? null : (page.at(-1) ?? null) });
}

async function childNames(directory: FileHandle): Promise<string[]> {
  const names: string[] = [];
  const listing = await opendir(`/proc/self/fd/${directory.fd}`, { encoding: 'latin1', bufferSize: 1024 });
  for await (const entry of listing) {
    if (entry.isFile() || entry.isDirectory() || entry.isSymbolicLink()) names.push(entry.name);
  }
  return names.sort().flatMap((name) => {
    const bytes = Buffer.from(name, 'latin1');
    const text = bytes.toString('utf8');
    return Buffer.from(text).equals(bytes) ? [text] : [];
  });
}

export type NewChild =
  | { readonly type: 'REG'; readonly name: string; readonly mode: number | null; readonly content: Bytes }
  | { readonly type: 'DIR'; readonly name: string; readonly mode: number | null }
  | { readonly type: 'SYMLNK'; readonly name: string; readonly target: string };

/** Creates an entry that must not exist yet; a file whose content could not be written is removed again. */
export async function createChild(files: Files, parent: FileRef, child: NewChild): Promise<Result<FileRef>> {
  const path = childPath(parent.path, child.name);
  const created = await files.inSpace(parent.spaceId, async (space) => {
    if (space.readonly) throw new ErrnoError('EROFS');
    if (child.name === '' || componentsOf(path).length !== componentsOf(parent.path).length + 1) throw new ErrnoError('EINVAL');
    await withDirectory(space, parent.path, async (directory) => {
      await createIn(directory, child);
      await giveToOwnerOf(directory, child.name);
    });
  });
  if (!created.ok) return created;
  const [ref] = await files.register(parent.spaceId, [path]);
  return ref === undefined ? refuse(posixError('ENOENT')) : ok(ref);
}

async function createIn(directory: FileHandle, child: NewChild): Promise<void> {
  switch (child.type) {
    case 'DIR':
      return await mkdir(within(directory, child.name), child.mode ?? 0o775).then(() => undefined);
    case 'SYMLNK':
      return await symlink(child.target, within(directory, child.name));
    case 'REG': {
      const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
      const file = await openRegular(directory, child.name, flags, child.mode ?? 0o664);
      try {
        await writeAll(file, child.content, 0);
      } catch (error) {
        // Why it could not be written is what the caller has to know, also where the rest of it cannot be removed.
        await unlink(within(directory, child.name)).catch(() => undefined);
        throw error;
      } finally {
        await file.close();
      }
    }
  }
}

/** Lambdas work as the owner of the space: what a server running as root creates must be theirs. */
async function giveToOwnerOf(directory: FileHandle, name: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await directory.stat();
  await lchown(within(directory, name), uid, gid);
}

/** Removes an entry with everything in it; links are removed, never followed. The root of a space stays: EPERM. */
export async function removeEntry(files: Files, database: Database, ref: FileRef): Promise<Result<void>> {
  const removed = await files.inSpace(ref.spaceId, async (space) => {
    if (space.readonly) throw new ErrnoError('EROFS');
    if (ref.path === '') throw new ErrnoError('EPERM');
    const { parent, name } = placeOf(ref.path);
    return await withDirectory(space, parent, async (directory) => {
      // Looked at first only to say ENOENT; what it is decides the attempt below.
      typeOf(await statEntry(directory, name));
      return await removeFrom(directory, Buffer.from(name));
    });
  });
  if (!removed.ok) return removed;
  await database.call(forgetXattrs, { spaceId: ref.spaceId, path: ref.path, below: removed.value === 'directory' });
  return ok(undefined);
}

async function removeFrom(directory: FileHandle, name: Buffer): Promise<'entry' | 'directory'> {
  const path = Buffer.concat([Buffer.from(`/proc/self/fd/${directory.fd}/`), name]);
  try {
    await unlink(path);
    return 'entry';
  } catch (error) {
    // unlink refuses directories with EISDIR (Linux) or EPERM.
    if (!['EISDIR', 'EPERM'].includes(errnoOf(error) ?? '')) throw error;
  }
  const inner = await openSubdirectory(directory, name);
  try {
    const names: Buffer[] = [];
    for await (const entry of await opendir(`/proc/self/fd/${inner.fd}`, { encoding: 'latin1' }))
      names.push(Buffer.from(entry.name, 'latin1'));
    for (const child of names) await removeFrom(inner, child);
  } finally {
    await inner.close();
  }
  await rmdir(path);
  return 'directory';
}

function childPath(parent: string, name: string): string {
  return parent === '' ? name : `${parent}/${name}`;
}
