/** Allowed file attributes in the order of the contract's error lists; `xattr.*` stands for every extended one (schemas §3). */
export const fileAttributes = [
  'fileId',
  'index',
  'type',
  'activePermissionsType',
  'posixPermissions',
  'acl',
  'parentFileId',
  'originProviderId',
  'directShareIds',
  'ownerUserId',
  'hardlinkCount',
  'symlinkValue',
  'name',
  'conflictingName',
  'path',
  'displayGid',
  'displayUid',
  'atime',
  'mtime',
  'ctime',
  'size',
  'isFullyReplicatedLocally',
  'localReplicationRate',
  'hasCustomMetadata',
  'effDatasetInheritancePath',
  'effDatasetProtectionFlags',
  'effProtectionFlags',
  'effQosInheritancePath',
  'aggregateQosStatus',
  'archiveRecallRootFileId',
] as const;

/** The order in which file attributes are written (schemas §3). */
export const canonicalFileAttributes: readonly (typeof fileAttributes)[number][] = [
  'acl',
  'activePermissionsType',
  'atime',
  'conflictingName',
  'ctime',
  'effDatasetInheritancePath',
  'effDatasetProtectionFlags',
  'effProtectionFlags',
  'effQosInheritancePath',
  'displayGid',
  'fileId',
  'hardlinkCount',
  'hasCustomMetadata',
  'index',
  'isFullyReplicatedLocally',
  'localReplicationRate',
  'posixPermissions',
  'mtime',
  'name',
  'ownerUserId',
  'parentFileId',
  'path',
  'originProviderId',
  'aggregateQosStatus',
  'archiveRecallRootFileId',
  'directShareIds',
  'size',
  'symlinkValue',
  'type',
  'displayUid',
];

export const groupAttributes = ['groupId', 'name', 'type'] as const;

/** What `badValueNotAllowed` lists for file attributes. */
export const allowedFileAttributes: readonly string[] = [...fileAttributes, 'xattr.*'];

const xattrPrefix = 'xattr.';

export function isFileAttribute(name: string): boolean {
  return fileAttributes.some((known) => known === name) || (name.startsWith(xattrPrefix) && name.length > xattrPrefix.length);
}

/** Without duplicates, in the contract's order; extended attributes come last, sorted (schemas §3). */
export function canonicalFileAttributeList(names: readonly string[]): readonly string[] {
  const given = new Set(names);
  const extended = [...given].filter((name) => name.startsWith(xattrPrefix)).sort();
  return [...canonicalFileAttributes.filter((name) => given.has(name)), ...extended];
}

export function canonicalGroupAttributeList(names: readonly string[]): readonly string[] {
  return groupAttributes.filter((name) => names.includes(name));
}
