/**
 * The private directories of one runner: `/out`, `/tmp` and the file links belong to exactly one job at a time and are
 * emptied before the next. What a lambda leaves there is never followed: names are opened without following links.
 */
import { lstatSync, readdirSync } from 'node:fs';
import { chmod, chown, constants, mkdir, open, readdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Identity } from '../sandbox/command.ts';
import type { JobToRun, StreamedResult } from '../runtime.ts';

export const LINK_PREFIX = '.__onedata__file_id__';

/** A stream file beyond this is refused: it could not be recorded in one commit. */
const MAX_STREAM_BYTES = 256 * 1024 * 1024;
const QUOTED_CHARACTERS = 100;

export interface CollectedStreams {
  readonly streamed: readonly StreamedResult[];
  readonly problem: string | null;
}

export class JobSpace {
  readonly #base: string;
  /** Where links point to, as seen by the lambda. */
  readonly #spaceInside: string;
  #links: readonly string[] = [];

  constructor(base: string, spaceInside: string) {
    this.#base = base;
    this.#spaceInside = spaceInside;
  }

  get out(): string {
    return join(this.#base, 'out');
  }

  get tmp(): string {
    return join(this.#base, 'tmp');
  }

  get mount(): string {
    return join(this.#base, 'mount');
  }

  /** Makes the directories; `subdirectory` is where the space itself is bound below the mount point. */
  async create(identity: Identity | null, subdirectory: string | null): Promise<void> {
    await mkdir(this.#base, { recursive: true, mode: 0o711 });
    for (const path of [this.out, this.tmp, this.mount]) {
      await mkdir(path, { mode: 0o755 });
    }
    if (subdirectory !== null) {
      await mkdir(join(this.mount, subdirectory));
    }
    if (identity !== null) {
      await chown(this.out, identity.uid, identity.gid);
      await chown(this.tmp, identity.uid, identity.gid);
    }
  }

  /** Empties what the previous job left and links the files of this one (lambdas §10). */
  async prepare(fileLinks: JobToRun['fileLinks']): Promise<void> {
    await Promise.all([emptyDirectory(this.out), emptyDirectory(this.tmp)]);
    for (const link of this.#links) {
      await rm(link, { force: true });
    }
    const wanted = new Map(fileLinks.map(({ fileId, path }) => [fileId, path]));
    this.#links = [...wanted.keys()].map((fileId) => join(this.mount, LINK_PREFIX + checkFileId(fileId)));
    for (const [fileId, path] of wanted) {
      await symlink(join(this.#spaceInside, checkRelative(path)), join(this.mount, LINK_PREFIX + fileId));
    }
  }

  /** Every value that the job streamed to one of the names, in order of appearance within each (lambdas R36, R38). */
  async collect(resultNames: readonly string[]): Promise<CollectedStreams> {
    const streamed: StreamedResult[] = [];
    for (const name of resultNames) {
      const text = await readStream(join(this.out, name));
      if (text.problem !== null) {
        return { streamed, problem: `Streamed result "${name}": ${text.problem}` };
      }
      const problem = parseLines(name, text.content, streamed);
      if (problem !== null) {
        return { streamed, problem };
      }
    }
    return { streamed, problem: null };
  }

  async remove(): Promise<void> {
    await removeTree(this.#base);
  }
}

async function readStream(path: string): Promise<{ readonly content: string; readonly problem: string | null }> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, flags).catch((error: NodeJS.ErrnoException) => error);
  if (file instanceof Error) {
    return file.code === 'ENOENT' ? { content: '', problem: null } : { content: '', problem: `cannot be read (${file.code})` };
  }
  try {
    const stats = await file.stat();
    if (!stats.isFile()) {
      return { content: '', problem: 'is not a regular file' };
    }
    if (stats.size > MAX_STREAM_BYTES) {
      return { content: '', problem: `${stats.size} bytes are more than the limit of ${MAX_STREAM_BYTES}` };
    }
    return { content: await file.readFile('utf8'), problem: null };
  } finally {
    await file.close();
  }
}

function parseLines(resultName: string, content: string, into: StreamedResult[]): string | null {
  const lines = content.split('\n');
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') {
      continue;
    }
    try {
      into.push({ resultName, value: JSON.parse(line) });
    } catch {
      return `Streamed result "${resultName}", line ${index + 1} is not JSON: ${line.slice(0, QUOTED_CHARACTERS)}`;
    }
  }
  return null;
}

function checkFileId(fileId: string): string {
  if (fileId === '' || fileId.includes('/') || fileId.includes('\0')) {
    throw new Error(`"${fileId}" cannot be a file id.`);
  }
  return fileId;
}

function checkRelative(path: string): string {
  if (path.startsWith('/') || path.includes('\0') || path.split('/').includes('..')) {
    throw new Error(`"${path}" is not a path below the space.`);
  }
  return path;
}

async function emptyDirectory(path: string): Promise<void> {
  // Looking is two short system calls and comes before every job; through the thread pool it would cost most of a small one.
  if (!lstatSync(path).isDirectory()) {
    throw new Error(`${path} is no directory any more.`);
  }
  for (const name of readdirSync(path)) {
    await removeTree(join(path, name));
  }
}

/** Only when nothing runs any more that could change the tree. */
async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') {
      throw error;
    }
    // A lambda may leave directories that their owner may not enter, until the owner says otherwise; root never comes here.
    await openUp(path);
    await rm(path, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function openUp(directory: string): Promise<void> {
  await chmod(directory, 0o700);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) {
      await openUp(join(directory, entry.name));
    }
  }
}
