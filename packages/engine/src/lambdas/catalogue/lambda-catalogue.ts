/** Which folder or URL implements which image, in order of precedence: mapping, user's folder, built in (design §7). */
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { imageMatches } from './image-name.ts';
import { parseLambdaFile, type LambdaFile } from './lambda-yaml.ts';

export interface CatalogueEntry extends LambdaFile {
  /** Real path of the lambda's folder; null for a mapping to a bare URL. */
  readonly folder: string | null;
  readonly source: 'mapping' | 'folder' | 'built-in';
}

export interface CatalogueOptions {
  /** Folders of the user: each a lambda or a folder of lambdas. */
  readonly lambdaDirs: readonly string[];
  readonly builtInDir: string;
  /** Image (any registry and tag, `*` allowed) → folder or URL. */
  readonly mappings: Readonly<Record<string, string>>;
}

export type LoadedCatalogue =
  | { readonly ok: true; readonly catalogue: LambdaCatalogue }
  | { readonly ok: false; readonly problems: readonly string[] };

export type FoundLambda =
  | { readonly kind: 'found'; readonly entry: CatalogueEntry }
  | { readonly kind: 'missing'; readonly tried: readonly string[] };

export class LambdaCatalogue {
  readonly #mapped: readonly { readonly image: string; readonly entry: CatalogueEntry }[];
  readonly #entries: readonly CatalogueEntry[];
  readonly #options: CatalogueOptions;

  constructor(mapped: readonly { image: string; entry: CatalogueEntry }[], entries: readonly CatalogueEntry[], options: CatalogueOptions) {
    this.#mapped = mapped;
    this.#entries = entries;
    this.#options = options;
  }

  find(image: string): FoundLambda {
    const entry =
      this.#mapped.find((mapping) => imageMatches(mapping.image, image))?.entry ??
      this.#entries.find((candidate) => candidate.images.some((pattern) => imageMatches(pattern, image)));
    return entry === undefined ? { kind: 'missing', tried: this.#tried() } : { kind: 'found', entry };
  }

  /** Every known lambda, the winning ones first. */
  entries(): readonly CatalogueEntry[] {
    return [...this.#mapped.map((mapping) => mapping.entry), ...this.#entries];
  }

  #tried(): string[] {
    const known = (source: CatalogueEntry['source']): string =>
      this.#entries
        .filter((entry) => entry.source === source)
        .map((entry) => entry.name)
        .join(', ') || 'none';
    return [
      `explicit mappings: ${this.#mapped.map((mapping) => mapping.image).join(', ') || 'none'}`,
      ...this.#options.lambdaDirs.map((dir) => `lambdas of ${dir}: ${known('folder')}`),
      `built-in catalogue: ${known('built-in')}`,
    ];
  }
}

/** Reads every lambda.yaml; all problems are reported together. */
export async function loadCatalogue(options: CatalogueOptions): Promise<LoadedCatalogue> {
  const problems: string[] = [];
  const entries: CatalogueEntry[] = [];
  for (const dir of options.lambdaDirs) {
    entries.push(...(await loadUserFolder(dir, problems)));
  }
  entries.push(...(await loadSubfolders(options.builtInDir, 'built-in', problems)));
  const mapped: { image: string; entry: CatalogueEntry }[] = [];
  for (const [image, target] of Object.entries(options.mappings)) {
    const entry = await loadMapping(image, target, problems);
    if (entry !== null) {
      mapped.push({ image, entry });
    }
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, catalogue: new LambdaCatalogue(mapped, entries, options) };
}

async function loadUserFolder(dir: string, problems: string[]): Promise<CatalogueEntry[]> {
  if (!(await isDirectory(dir))) {
    problems.push(`${dir}: no such folder of lambdas`);
    return [];
  }
  const own = await loadFolder(dir, 'folder', problems);
  return own === 'none' ? await loadSubfolders(dir, 'folder', problems) : own;
}

async function loadSubfolders(dir: string, source: CatalogueEntry['source'], problems: string[]): Promise<CatalogueEntry[]> {
  const found = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') {
      problems.push(`${dir}: ${error.message}`);
    }
    return [];
  });
  const names = found.sort((left, right) => (left < right ? -1 : 1));
  // Read at once, and their problems told in the order of the names.
  const problemsOf = names.map((): string[] => []);
  const loaded = await Promise.all(
    names.map(async (name, index) =>
      (await isDirectory(join(dir, name))) ? await loadFolder(join(dir, name), source, problemsOf[index] ?? []) : 'none',
    ),
  );
  problems.push(...problemsOf.flat());
  return loaded.flatMap((entries) => (entries === 'none' ? [] : entries));
}

/** The folder's lambda (none when its file is broken: that is a problem); `none` when it has no lambda.yaml. */
async function loadFolder(dir: string, source: CatalogueEntry['source'], problems: string[]): Promise<CatalogueEntry[] | 'none'> {
  const path = join(dir, 'lambda.yaml');
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') {
      problems.push(`${path}: ${error.message}`);
    }
    return null;
  });
  if (text === null) {
    return 'none';
  }
  const parsed = parseLambdaFile(path, text);
  if (!parsed.ok) {
    problems.push(parsed.problem);
    return [];
  }
  const missing = await missingFile(dir, parsed.file);
  if (missing !== null) {
    problems.push(`${path}: ${missing}`);
    return [];
  }
  return [{ ...parsed.file, folder: await realpath(dir), source }];
}

async function missingFile(dir: string, file: LambdaFile): Promise<string | null> {
  const named: [string, string | null][] = [
    [file.kind, file.kind === 'http' ? null : file.entry],
    ['requirements', file.requirements],
  ];
  for (const [key, name] of named) {
    if (name !== null && !(await stat(join(dir, name)).catch(() => null))?.isFile()) {
      return `key "${key}": there is no file ${name} in the folder`;
    }
  }
  return null;
}

async function loadMapping(image: string, target: string, problems: string[]): Promise<CatalogueEntry | null> {
  if (/^https?:/i.test(target)) {
    if (!URL.canParse(target)) {
      problems.push(`lambdaMappings "${image}": ${target} is not a URL`);
      return null;
    }
    return {
      name: image,
      images: [image],
      kind: 'http',
      entry: target,
      requirements: null,
      network: true,
      reuse: false,
      concurrency: null,
      folder: null,
      source: 'mapping',
    };
  }
  const entries = await loadFolder(target, 'mapping', problems);
  if (entries === 'none') {
    problems.push(`lambdaMappings "${image}": ${target} is neither a URL nor a folder with a lambda.yaml`);
    return null;
  }
  return entries[0] ?? null;
}

async function isDirectory(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false;
}
