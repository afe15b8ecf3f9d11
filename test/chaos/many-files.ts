/**
 * A space of very many entries of every kind, and a tally of the names that come back: a bit for each file, so that a
 * million of them weigh next to nothing.
 */
import { closeSync, linkSync, mkdirSync, openSync, rmSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Of one directory in the nested part. */
const filesInDirectory = 500;
/** A file system bounds how many names one file may have (ext4: 65,000). */
const namesOfOneFile = 50_000;
const depth = 40;
const vanishingCount = 600;

export interface ManyFiles {
  /** Files that stay: half in nested directories, half in a single one. */
  readonly fileCount: number;
  /** Names of everything else that stays. */
  readonly others: ReadonlySet<string>;
  /** Entries whose names are no text: they become failed items. */
  readonly unreadableCount: number;
  /** Removes the entries that do not stay; called while the tree is walked, most of them lie ahead. */
  readonly vanish: () => void;
}

/**
 * Makes the tree in an empty directory, whose own name is among those that come. Files are names of a few empty ones: a link is made faster than a file. `d…` are
 * directories, `f…` files, `l…` links, `v…` what will vanish, `s…` the few real files.
 */
export function makeManyFiles(root: string, fileCount: number): ManyFiles {
  const others = new Set([basename(root)]);
  const directory = (parent: string, name: string): string => {
    const path = join(parent, name);
    mkdirSync(path);
    others.add(name);
    return path;
  };
  const named = namer(directory(root, 'd0'), others);
  const nested = directory(root, 'd1');
  const flat = directory(root, 'd2');
  let parent = nested;
  const nestedCount = Math.floor(fileCount / 2);
  for (let index = 0; index < fileCount; index += 1) {
    if (index < nestedCount && index % filesInDirectory === 0) {
      const chain = Math.floor(index / filesInDirectory);
      // Now deeper, now beside: every depth up to the bound is there.
      parent = directory(chain % depth === 0 ? nested : parent, `d1-${chain}`);
    }
    named(join(index < nestedCount ? parent : flat, `f${index}`));
  }
  const loops = directory(root, 'd3');
  for (const [name, target] of [
    ['l1', '.'],
    ['l2', '..'],
    ['l3', 'l4'],
    ['l4', 'l3'],
    ['l5', '/'],
    ['l6', '../d2'],
    ['l7', 'nowhere'],
  ] as const) {
    symlinkSync(target, join(loops, name));
    others.add(name);
  }
  const unreadableCount = makeUnreadable(directory(root, 'd4'), named);
  const vanishing = [directory(root, 'd5'), flat, nested].map((path) => join(path, 'v'));
  for (const path of vanishing) mkdirSync(path);
  for (let index = 0; index < vanishingCount; index += 1) named(join(vanishing[index % vanishing.length]!, `v${index}`));
  const alone = Array.from({ length: 100 }, (_, index) => join(flat, `v-alone${index}`));
  for (const path of alone) named(path);
  const vanish = (): void => {
    for (const path of [...vanishing, ...alone]) rmSync(path, { recursive: true });
  };
  return { fileCount, others, unreadableCount, vanish };
}

/** Files and a directory with a file in it. */
function makeUnreadable(parent: string, named: (path: string | Buffer) => void): number {
  const bytes = (text: string): Buffer => Buffer.concat([Buffer.from(`${parent}/`), Buffer.from(text, 'latin1')]);
  mkdirSync(bytes('\xff'));
  for (const name of ['a\xfe', '\xc3(', '\xff/f']) named(bytes(name));
  return 4;
}

/** Makes a file by giving one more name to one that is there. */
function namer(directory: string, others: Set<string>): (path: string | Buffer) => void {
  let count = 0;
  let source = '';
  return (path) => {
    if (count % namesOfOneFile === 0) {
      const name = `s${count / namesOfOneFile}`;
      others.add(name);
      source = join(directory, name);
      closeSync(openSync(source, 'wx'));
    }
    count += 1;
    linkSync(source, path);
  };
}

/** Counts names that came back. */
export class Tally {
  readonly #files: Uint8Array;
  readonly #others = new Map<string, number>();
  total = 0;

  constructor(fileCount: number) {
    this.#files = new Uint8Array(fileCount);
  }

  add(name: string): void {
    this.total += 1;
    const index = /^f(\d+)$/.exec(name)?.[1];
    if (index === undefined) this.#others.set(name, (this.#others.get(name) ?? 0) + 1);
    else this.#files[Number(index)] = (this.#files[Number(index)] ?? 0) + 1;
  }

  /** Empty when everything that stays came once and nothing came twice. */
  problems(tree: ManyFiles): readonly string[] {
    const problems: string[] = [];
    for (const [index, count] of this.#files.entries())
      if (count !== 1 && problems.length < 10) problems.push(`f${index} came ${count} times`);
    for (const name of tree.others) if (!this.#others.has(name)) problems.push(`${name} did not come`);
    for (const [name, count] of this.#others) {
      if (count !== 1) problems.push(`${name} came ${count} times`);
      if (!tree.others.has(name) && !name.startsWith('v')) problems.push(`${name} is not in the tree`);
    }
    return problems;
  }
}
