/**
 * Walking the trees of roots (data-and-stores R46–R51): each root, then its content depth-first, children in
 * byte order of their names, a directory before what is in it. Links are reported and never followed.
 *
 * A position says which entry was produced last; a walk begun there goes on strictly after it, whether or not
 * that entry still exists. Roots that vanished and directories that cannot be entered are skipped silently
 * (R48). Names are kept as one character per byte, so that any name orders, compares and resumes exactly.
 *
 * Ownership: each open directory of the walk belongs to its frame and is closed when the frame is left;
 * `close` closes the rest. Memory: a bounded number of names for each directory on the way to the current entry.
 */
import { isUtf8 } from 'node:buffer';
import type { FileHandle } from 'node:fs/promises';
import { typeOf } from './attributes.ts';
import { fileIdOf } from './file-id.ts';
import { openSubdirectory, placeOf, statEntry, withDirectory, type SpaceRoot } from './open.ts';
import type { FileType } from './port.ts';
import { errnoOf } from './posix.ts';
import { SortedEntries } from './sorted-entries.ts';

/** Plain JSON; `after` is null before the root itself was produced. */
export interface WalkPosition {
  readonly root: number;
  /** Path of the last entry below the space's root, one character per byte. */
  readonly after: string | null;
}

export const walkStart: WalkPosition = { root: 0, after: null };

export interface WalkRoot {
  readonly spaceId: string;
  readonly path: string;
}

export interface WalkRequest {
  readonly space: SpaceRoot;
  /** null = an id that resolves to nothing: skipped. */
  readonly roots: readonly (WalkRoot | null)[];
  readonly position: WalkPosition;
  /** Only entries of this type become items; `ANY` = all. */
  readonly fileType: FileType | 'ANY';
}

export interface WalkStep {
  readonly items: readonly { readonly fileId: string; readonly path: string }[];
  /** Paths with a name that is not valid UTF-8, made readable: they become failed items. */
  readonly failed: readonly string[];
  readonly position: WalkPosition;
  readonly done: boolean;
}

/** Failures that mean "not there for us" (R48); anything else is a failure of the machine and ends the walk. */
const skipped = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP', 'ENAMETOOLONG', 'EINVAL', 'ESTALE']);

type Letter = 'd' | 'f' | 'l';
const typeOfLetter: Readonly<Record<Letter, FileType>> = { d: 'DIR', f: 'REG', l: 'SYMLNK' };

/** A directory whose content is being produced. */
interface Frame {
  readonly directory: FileHandle;
  readonly path: string;
  readonly entries: SortedEntries;
}

interface Entry {
  /** One character per byte. */
  readonly path: string;
  readonly letter: Letter;
}

/** One walk; use `next` from one caller at a time, and `close` at the end. */
export class TreeWalk {
  readonly #request: WalkRequest;
  readonly #frames: Frame[] = [];
  #root: number;
  #after: string | null;
  #resumed = false;
  readonly #entriesInMemory: number | undefined;

  /** `entriesInMemory`: of each directory; more of them are sorted through a temporary file. */
  constructor(request: WalkRequest, entriesInMemory?: number) {
    this.#request = request;
    this.#entriesInMemory = entriesInMemory;
    this.#root = request.position.root;
    this.#after = request.position.after;
  }

  /** Up to `maxItems` items and failed names; may be empty before the end when nothing fits the type. */
  async next(maxItems: number): Promise<WalkStep> {
    if (!this.#resumed) await this.#resume();
    const items: { fileId: string; path: string }[] = [];
    const failed: string[] = [];
    let visits = 1000 + 4 * maxItems;
    let done = false;
    while (items.length + failed.length < maxItems && visits > 0) {
      const entry = await this.#advance();
      visits -= 1;
      if (entry === null) {
        done = true;
        break;
      }
      this.#after = entry.path;
      if (this.#request.fileType !== 'ANY' && typeOfLetter[entry.letter] !== this.#request.fileType) continue;
      const bytes = Buffer.from(entry.path, 'latin1');
      const path = bytes.toString('utf8');
      if (isUtf8(bytes)) items.push({ fileId: fileIdOf(this.#request.space.id, path), path });
      else failed.push(path);
    }
    return { items, failed, position: { root: this.#root, after: this.#after }, done };
  }

  async close(): Promise<void> {
    for (const frame of this.#frames.splice(0)) await closeFrame(frame);
  }

  async #advance(): Promise<Entry | null> {
    for (;;) {
      const frame = this.#frames.at(-1);
      if (frame === undefined) {
        if (this.#after !== null) this.#root += 1;
        this.#after = null;
        const root = this.#request.roots[this.#root];
        if (root === undefined) return null;
        const entry = await this.#enterRoot(root);
        if (entry !== null) return entry;
        this.#root += 1;
        continue;
      }
      const text = await frame.entries.next();
      if (text === undefined) {
        this.#frames.pop();
        await closeFrame(frame);
        continue;
      }
      const name = text.slice(0, -2);
      const letter = text.slice(-1) as Letter;
      const path = frame.path === '' ? name : `${frame.path}/${name}`;
      if (letter !== 'd' || (await this.#enter({ parent: frame.directory, name, path }))) return { path, letter };
    }
  }

  /** `from`: the first name of its content that matters. */
  async #enterRoot(root: WalkRoot | null, from = ''): Promise<Entry | null> {
    const { space } = this.#request;
    if (root === null || root.spaceId !== space.id) return null;
    const { parent, name } = placeOf(root.path);
    const path = Buffer.from(root.path, 'utf8').toString('latin1');
    const entry = await unlessSkipped(
      async () =>
        await withDirectory(space, parent, async (directory) => {
          const letter = letterOf(typeOf(await statEntry(directory, name)));
          if (letter !== 'd') return { path, letter };
          const binaryName = Buffer.from(name, 'utf8').toString('latin1');
          return (await this.#enter({ parent: directory, name: binaryName, path, from })) ? { path, letter } : null;
        }),
    );
    return entry ?? null;
  }

  /** Opens and lists a directory and makes it the current frame; false when it cannot be entered. */
  async #enter(place: {
    readonly parent: FileHandle;
    readonly name: string;
    readonly path: string;
    readonly from?: string;
  }): Promise<boolean> {
    const { parent, name, path, from = '' } = place;
    const frame = await unlessSkipped(async () => {
      const directory = await openSubdirectory(parent, Buffer.from(name === '' ? '.' : name, 'latin1'));
      try {
        return { directory, path, entries: await SortedEntries.of(directory, from, this.#entriesInMemory) };
      } catch (error) {
        await directory.close();
        throw error;
      }
    });
    if (frame === undefined) return false;
    this.#frames.push(frame);
    return true;
  }

  /** Rebuilds the frames that lead to the entry produced last, each standing behind the component on the way to it. */
  async #resume(): Promise<void> {
    this.#resumed = true;
    const after = this.#after;
    const root = this.#request.roots[this.#root];
    if (after === null || root === undefined || root === null) return;
    const rootPath = Buffer.from(root.path, 'utf8').toString('latin1');
    const below = rootPath === '' ? after : after.slice(rootPath.length + 1);
    const names = below === '' ? [] : below.split('/');
    if ((await this.#enterRoot(root, names[0]))?.letter !== 'd') return;
    for (const [index, name] of names.entries()) {
      const frame = this.#frames.at(-1);
      const entry = await frame?.entries.next();
      if (frame === undefined || entry === undefined) return;
      if (entry.slice(0, -2) !== name) return frame.entries.putBack(entry);
      const path = frame.path === '' ? name : `${frame.path}/${name}`;
      if (!entry.endsWith('d') || !(await this.#enter({ parent: frame.directory, name, path, from: names[index + 1] ?? '' }))) return;
    }
  }
}

async function closeFrame({ directory, entries }: Frame): Promise<void> {
  await entries.close();
  await directory.close();
}

/** One step of a walk that is not kept open in between; entries come strictly after the position. */
export async function walkTrees(request: WalkRequest & { readonly maxItems: number }): Promise<WalkStep> {
  const walk = new TreeWalk(request);
  try {
    return await walk.next(request.maxItems);
  } finally {
    await walk.close();
  }
}

function letterOf(type: FileType): Letter {
  return type === 'DIR' ? 'd' : type === 'REG' ? 'f' : 'l';
}

async function unlessSkipped<T>(run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    if (skipped.has(errnoOf(error) ?? '')) return undefined;
    throw error;
  }
}
