/**
 * The entries of a directory in byte order of their names, however many there are (design §6): up to a limit in
 * memory, beyond it in sorted runs of one temporary file that are merged as they are read.
 *
 * An entry is its name with one character per byte, NUL, and the letter of its type: it sorts like the name. Runs are
 * separated by slashes, which no name has.
 *
 * Ownership: the temporary file has no name from the moment it is open, so nothing is left of it when the process
 * dies; `close` frees it.
 */
import { mkdtemp, open, opendir, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** About 2 MB, and sorted in a few milliseconds: the thread does other work besides (docs/decisions/0010). */
const entriesInMemory = 20_000;
/** Of each run: a directory of ten million entries has 500 of them. */
const readAtOnce = 16 * 1024;

/** Entries one after the other; a promise only where a file has to be read. */
interface Source {
  next(): string | undefined | Promise<string | undefined>;
}

export class SortedEntries {
  readonly #source: Source;
  readonly #file: FileHandle | null;
  #ahead: string | undefined;

  private constructor(source: Source, file: FileHandle | null) {
    this.#source = source;
    this.#file = file;
  }

  /** Lists an opened directory; `from`: the first name that matters. Pipes, sockets and devices are left out. */
  static async of(directory: FileHandle, from: string, limit: number = entriesInMemory): Promise<SortedEntries> {
    const spill = new Spill();
    let entries: string[] = [];
    try {
      const listing = await opendir(`/proc/self/fd/${directory.fd}`, { encoding: 'latin1', bufferSize: 1024 });
      for await (const entry of listing) {
        const letter = entry.isDirectory() ? 'd' : entry.isFile() ? 'f' : entry.isSymbolicLink() ? 'l' : null;
        if (letter === null || entry.name < from) continue;
        if (entries.length >= limit) {
          await spill.write(entries.sort());
          entries = [];
        }
        entries.push(`${entry.name}\0${letter}`);
      }
    } catch (error) {
      await spill.close();
      throw error;
    }
    const last = inMemory(entries.sort());
    return spill.file === null ? new SortedEntries(last, null) : new SortedEntries(merged([...spill.runs(), last]), spill.file);
  }

  async next(): Promise<string | undefined> {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    return ahead ?? (await this.#source.next());
  }

  /** Gives the last entry back: it comes next again. */
  putBack(entry: string): void {
    this.#ahead = entry;
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }
}

function inMemory(entries: readonly string[]): Source {
  let at = 0;
  return {
    next: () => {
      at += 1;
      return entries[at - 1];
    },
  };
}

/** A source with the entry that it gives next. */
interface Head {
  readonly source: Source;
  entry: string;
}

/** The heads are a heap by their entries: the least one is the first. */
function merged(sources: readonly Source[]): Source {
  let heads: Head[] | undefined;
  const begin = async (): Promise<Head[]> => {
    const found: Head[] = [];
    for (const source of sources) {
      const entry = await source.next();
      if (entry !== undefined) found.push({ source, entry });
    }
    // What is sorted is a heap.
    return found.sort((a, b) => (a.entry < b.entry ? -1 : 1));
  };
  return {
    next: async () => {
      heads ??= await begin();
      const [least] = heads;
      if (least === undefined) return undefined;
      const { entry } = least;
      const following = await least.source.next();
      const last = following === undefined ? heads.pop() : undefined;
      if (following !== undefined) least.entry = following;
      else if (last !== undefined && last !== least) heads[0] = last;
      sink(heads);
      return entry;
    },
  };
}

/** Moves the first head down to where it belongs. */
function sink(heads: Head[]): void {
  const [sinking] = heads;
  if (sinking === undefined) return;
  let at = 0;
  for (;;) {
    const left = heads[2 * at + 1];
    const right = heads[2 * at + 2];
    const isRight = left !== undefined && right !== undefined && right.entry < left.entry;
    const lesser = isRight ? right : left;
    if (lesser === undefined || sinking.entry <= lesser.entry) break;
    heads[at] = lesser;
    at = 2 * at + (isRight ? 2 : 1);
  }
  heads[at] = sinking;
}

class Spill {
  file: FileHandle | null = null;
  readonly #ends: number[] = [];

  async write(entries: readonly string[]): Promise<void> {
    const bytes = Buffer.from(`${entries.join('/')}/`, 'latin1');
    try {
      this.file ??= await namelessFile();
      const start = this.#ends.at(-1) ?? 0;
      for (let written = 0; written < bytes.length;) {
        written += (await this.file.write(bytes, written, bytes.length - written, start + written)).bytesWritten;
      }
      this.#ends.push(start + bytes.length);
    } catch (error) {
      // Without its errno, which would be taken for one of the directory that is listed.
      throw new Error('a temporary file for a large directory could not be written', { cause: error });
    }
  }

  runs(): readonly Source[] {
    const { file } = this;
    return file === null ? [] : this.#ends.map((end, index) => run(file, this.#ends[index - 1] ?? 0, end));
  }

  async close(): Promise<void> {
    await this.file?.close();
  }
}

async function namelessFile(): Promise<FileHandle> {
  const folder = await mkdtemp(join(tmpdir(), 'laneway-entries-'));
  try {
    return await open(join(folder, 'runs'), 'wx+', 0o600);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A sorted run of the file, read in pieces. */
function run(file: FileHandle, start: number, end: number): Source {
  const buffer = Buffer.alloc(Math.min(readAtOnce, end - start));
  let position = start;
  let entries: string[] = [];
  let at = 0;
  let rest = '';
  const fill = async (): Promise<void> => {
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, end - position), position);
    if (bytesRead === 0) throw new Error('a temporary file for a large directory ended early');
    position += bytesRead;
    entries = `${rest}${buffer.toString('latin1', 0, bytesRead)}`.split('/');
    rest = entries.pop() ?? '';
    at = 0;
  };
  return {
    next: async () => {
      for (;;) {
        const entry = entries[at];
        at += 1;
        if (entry !== undefined || position >= end) return entry;
        await fill();
      }
    },
  };
}
