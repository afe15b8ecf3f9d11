/** What the system says of a file, in words. */
const words: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or directory',
  EACCES: 'it is not permitted',
  EPERM: 'it is not permitted',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of the path is no directory',
  ENOSPC: 'there is no space left',
  EROFS: 'the file system cannot be written',
};

/** For the end of a sentence that names the file. */
export function fileProblem(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return ('code' in error ? words[String(error.code)] : undefined) ?? error.message;
}
