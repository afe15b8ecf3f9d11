/** One small world of files, as the product sees it and as the checker does. */
import { FakeFiles, type FakeFile } from '../../packages/engine/test/fake-files.ts';
import { fileIdOf } from '../../packages/engine/src/files/file-id.ts';
import type { FileWorld, KnownFile } from './checker/specs.ts';

export const spaceId = 's1';

const everyFile: readonly FakeFile[] = [
  { path: '', type: 'DIR' },
  { path: 'a', type: 'REG' },
  { path: 'dir', type: 'DIR' },
  { path: 'link', type: 'SYMLNK' },
  { path: 'private', errno: 'EACCES' },
  { path: 'forbidden', errno: 'EPERM' },
  { path: 'removed', errno: 'ENOENT' },
  { path: 'broken', errno: 'EIO' },
  { path: 'stale', errno: 'ESTALE' },
  { path: 'a', spaceId: 's2' },
  { path: 'broken', spaceId: 's2', errno: 'EIO' },
];

export const files = new FakeFiles(everyFile);

export const fileIds: readonly string[] = everyFile.map((file) => fileIdOf(file.spaceId ?? spaceId, file.path));
/** Well formed, but of no file. */
export const absentId = fileIdOf(spaceId, 'never');
/** What nobody can decode. */
export const undecodableIds: readonly string[] = [
  '',
  'x',
  `${absentId}0`,
  absentId.slice(1),
  absentId.toUpperCase(),
  `${absentId}\n`,
  `${absentId}\0`,
  '__proto__',
];

const known = new Map<string, KnownFile>(
  everyFile.map((file, index) => [
    fileIds[index] ?? '',
    {
      spaceId: file.spaceId ?? spaceId,
      type: file.type ?? 'REG',
      ...(file.errno === undefined ? {} : { errno: file.errno.toLowerCase() }),
    },
  ]),
);

export const world: FileWorld = {
  spaceId,
  lookUp: (fileId) => known.get(fileId) ?? (fileId === absentId ? 'absent' : undefined),
};
