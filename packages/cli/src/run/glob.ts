/** Shell patterns over the directories of a space, expanded through the server. */

export interface DirectoryReader {
  /** Entries of a directory. */
  children(directoryId: string): AsyncIterable<{ readonly fileId: string; readonly name: string; readonly type: string }>;
}

export interface FoundFile {
  readonly fileId: string;
  readonly path: string;
}

export function isGlob(path: string): boolean {
  return /[*?[]/.test(path);
}

/** Files that match, in order of their paths. Names that begin with a dot match only patterns that do. `**` spans directories. */
export async function expandGlob(reader: DirectoryReader, rootId: string, pattern: string): Promise<FoundFile[]> {
  const found = new Map<string, FoundFile>();
  await walk(reader, { fileId: rootId, path: '' }, pattern.split('/'), found);
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function walk(
  reader: DirectoryReader,
  directory: FoundFile,
  segments: readonly string[],
  found: Map<string, FoundFile>,
): Promise<void> {
  const [segment, ...rest] = segments;
  if (segment === undefined) return;
  // `**` also stands for no directory at all.
  if (segment === '**' && rest.length > 0) await walk(reader, directory, rest, found);
  const pattern = segment === '**' ? /^[^.]/ : segmentPattern(segment);
  for await (const child of reader.children(directory.fileId)) {
    if (!pattern.test(child.name)) continue;
    const file = { fileId: child.fileId, path: directory.path === '' ? child.name : `${directory.path}/${child.name}` };
    if (rest.length === 0) found.set(file.path, file);
    if (child.type !== 'DIR') continue;
    if (segment === '**') await walk(reader, file, segments, found);
    else await walk(reader, file, rest, found);
  }
}

function segmentPattern(segment: string): RegExp {
  let source = '';
  for (const part of segment.match(/\*+|\?|\[!?\]?[^\]]*\]|[^]/gu) ?? []) {
    if (part.startsWith('*')) source += '.*';
    else if (part === '?') source += '.';
    else if (part.length > 1 && part.startsWith('[')) source += characterClass(part.slice(1, -1));
    else source += part.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
  }
  return new RegExp(`^${segment.startsWith('.') ? '' : String.raw`(?!\.)`}${source}$`, 'su');
}

function characterClass(inner: string): string {
  const negated = inner.startsWith('!');
  const members = (negated ? inner.slice(1) : inner).replaceAll(/[\\^[\]]/g, String.raw`\$&`);
  return `[${negated ? '^' : ''}${members}]`;
}
