/** Attributes of files by the names of schemas §3, from what the file system says. */
import type { BigIntStats } from 'node:fs';
import type { FileType } from './port.ts';
import { fileIdOf } from './file-id.ts';
import { placeOf } from './open.ts';
import { ErrnoError } from './posix.ts';

export interface AttributeSource {
  readonly space: { readonly id: string; readonly name: string; readonly ownerUserId: string };
  readonly providerId: string | null;
  readonly path: string;
  readonly stats: BigIntStats;
  /** Target of a symbolic link; read only when asked for. */
  readonly symlinkValue: string | null;
  /** Extended attributes; read only when asked for. */
  readonly xattrs: Readonly<Record<string, unknown>>;
}

/** Pipes, sockets and devices are no files in the sense of the contract: EINVAL. */
export function typeOf(stats: { isFile(): boolean; isDirectory(): boolean; isSymbolicLink(): boolean }): FileType {
  if (stats.isFile()) return 'REG';
  if (stats.isDirectory()) return 'DIR';
  if (stats.isSymbolicLink()) return 'SYMLNK';
  throw new ErrnoError('EINVAL');
}

/** Whether any of the names needs the extended attributes. */
export function wantsXattrs(names: readonly string[]): boolean {
  return names.some((name) => name.startsWith('xattr.') || name === 'hasCustomMetadata');
}

/** Exactly the named attributes; unavailable and unknown ones are null (data-and-stores §2.4). */
export function attributesOf(source: AttributeSource, names: readonly string[]): Readonly<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const name of names) {
    if (name === 'xattr.*') {
      for (const [key, value] of Object.entries(source.xattrs)) found[`xattr.${key}`] = value;
    } else if (name.startsWith('xattr.')) {
      const key = name.slice('xattr.'.length);
      found[name] = Object.hasOwn(source.xattrs, key) ? source.xattrs[key] : null;
    } else {
      found[name] = attributeOf(source, name);
    }
  }
  return found;
}

function attributeOf(source: AttributeSource, name: string): unknown {
  const { space, path, stats } = source;
  switch (name) {
    case 'fileId':
      return fileIdOf(space.id, path);
    case 'type':
      return typeOf(stats);
    case 'name':
      return path === '' ? space.name : placeOf(path).name;
    case 'path':
      return path === '' ? `/${space.name}` : `/${space.name}/${path}`;
    case 'parentFileId':
      return path === '' ? null : fileIdOf(space.id, placeOf(path).parent);
    case 'size':
      // The size of a directory would be that of its content, which nobody keeps.
      return stats.isDirectory() ? null : Number(stats.size);
    case 'posixPermissions':
      return Number(stats.mode & 0o7777n)
        .toString(8)
        .padStart(3, '0');
    case 'activePermissionsType':
      return 'posix';
    case 'atime':
      return seconds(stats.atimeNs);
    case 'mtime':
      return seconds(stats.mtimeNs);
    case 'ctime':
      return seconds(stats.ctimeNs);
    case 'creationTime':
      return seconds(stats.birthtimeNs);
    case 'displayUid':
      return Number(stats.uid);
    case 'displayGid':
      return Number(stats.gid);
    case 'hardlinkCount':
      return stats.isDirectory() ? 1 : Number(stats.nlink);
    case 'symlinkValue':
      return source.symlinkValue;
    case 'ownerUserId':
      return space.ownerUserId;
    case 'originProviderId':
      return source.providerId;
    case 'hasCustomMetadata':
      return Object.keys(source.xattrs).length > 0;
    case 'acl':
    case 'directShareIds':
    case 'effProtectionFlags':
    case 'effDatasetProtectionFlags':
      return [];
    case 'effDatasetInheritancePath':
    case 'effQosInheritancePath':
      return 'none';
    case 'isFullyReplicatedLocally':
      return true;
    case 'localReplicationRate':
      return 1;
    default:
      return null;
  }
}

function seconds(nanoseconds: bigint): number {
  return Number(nanoseconds / 1_000_000_000n);
}
