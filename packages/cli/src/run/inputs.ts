import { accessSync, constants } from 'node:fs';
import { fileProblem } from '../file-problem.ts';
import { CliError, UsageError } from '../failure.ts';
import { readJsonFile } from './dump.ts';
import type { SchemaView, StoreView } from './schema-view.ts';

/** One `--input STORE=VALUE`, with the store it names and everything checked that needs no server. */
export interface Input {
  readonly store: StoreView;
  /** A path inside the space, `''` its root, or a value. */
  readonly content:
    | { readonly kind: 'path'; readonly path: string }
    | { readonly kind: 'value'; readonly value: unknown }
    /** JSON Lines that are sent as they are read; `-` = standard input. */
    | { readonly kind: 'lines'; readonly file: string };
}

/** Finds the stores of the inputs by name or id; several values are for stores that hold several, and none that needs one goes without. */
export function parseInputs(options: readonly string[], schema: SchemaView): Input[] {
  const inputs = options.map((option) => parseInput(option, schema));
  checkLines(inputs);
  const seen = new Set<StoreView>();
  for (const { store } of inputs) {
    if (seen.has(store) && !holdsMany(store)) {
      throw new CliError(`--input ${store.name}: given more than once, but a ${store.type} store takes one value`);
    }
    seen.add(store);
  }
  const missing = schema.stores.filter((store) => store.needsInput && !seen.has(store)).map((store) => store.name);
  const [first] = missing;
  if (first !== undefined) {
    throw new CliError(
      `no input for ${missing.map((name) => `"${name}"`).join(', ')}, which the workflow needs`,
      `give it with --input '${first}=…'`,
    );
  }
  return inputs;
}

/** Lines are the whole content of their store, and standard input is read once. */
function checkLines(inputs: readonly Input[]): void {
  const lines = inputs.filter((input) => input.content.kind === 'lines');
  for (const { store } of lines) {
    if (inputs.filter((input) => input.store === store).length > 1)
      throw new CliError(`--input ${store.name}: a file of lines is the whole content of the store`, 'give the option once');
  }
  if (lines.filter(({ content }) => content.kind === 'lines' && content.file === '-').length > 1)
    throw new CliError('--input: "@-" is given for two stores, but there is one standard input');
}

function parseInput(option: string, schema: SchemaView): Input {
  const equals = option.indexOf('=');
  if (equals <= 0) throw new UsageError(`--input "${option}" is not STORE=VALUE`, 'for example --input files=. or --input limit=10');
  const name = option.slice(0, equals);
  const store = findStore(name, schema);
  if (store.type === 'timeSeries') throw new CliError(`--input ${name}: a time series store takes no initial content`);
  const text = option.slice(equals + 1);
  if (store.itemType === 'file' && !text.startsWith('@')) return { store, content: { kind: 'path', path: checkedPath(store, text) } };
  if (isLinesFile(text)) return { store, content: { kind: 'lines', file: readableFile(store, text.slice(1)) } };
  return { store, content: { kind: 'value', value: parseValue(store, text) } };
}

/** `@items.jsonl`, `@items.ndjson`, `@-` */
function isLinesFile(text: string): boolean {
  return text === '@-' || /^@.*\.(jsonl|ndjson)$/i.test(text);
}

function readableFile(store: StoreView, file: string): string {
  if (!holdsMany(store)) throw new CliError(`--input ${store.name}: a ${store.type} store takes one value, not a file of lines`);
  if (file === '-') return file;
  try {
    accessSync(file, constants.R_OK);
  } catch (error) {
    throw new CliError(`cannot read ${file}: ${fileProblem(error)}`);
  }
  return file;
}

function findStore(name: string, schema: SchemaView): StoreView {
  const byId = schema.stores.find((store) => store.id === name);
  const byName = schema.stores.filter((store) => store.name === name);
  if (byId !== undefined) return byId;
  const [first, second] = byName;
  if (second !== undefined)
    throw new CliError(`--input ${name}: two stores have this name`, `use an id: ${byName.map((store) => store.id).join(', ')}`);
  if (first !== undefined) return first;
  const known = schema.stores.map((store) => store.name).join(', ');
  throw new CliError(`--input ${name}: the workflow has no such store`, known === '' ? 'it has no stores' : `its stores are ${known}`);
}

function holdsMany(store: StoreView): boolean {
  return store.type === 'list' || store.type === 'treeForest' || store.type === 'auditLog';
}

/** Paths inside the space → ids of files, at least one. */
export type ResolvePath = (path: string) => Promise<readonly string[]>;

/** The overlay of the schedule request: store schema id → initial content. */
export async function buildOverlay(inputs: readonly Input[], resolvePath: ResolvePath): Promise<Record<string, unknown>> {
  const overlay: Record<string, unknown> = {};
  for (const store of new Set(inputs.map((input) => input.store))) {
    const contents = inputs.filter((input) => input.store === store).map((input) => input.content);
    if (contents[0]?.kind === 'lines') continue;
    overlay[store.id] = await storeContent(store, contents, resolvePath);
  }
  return overlay;
}

async function storeContent(store: StoreView, contents: readonly Input['content'][], resolvePath: ResolvePath): Promise<unknown> {
  const values: unknown[] = [];
  for (const content of contents) {
    if (content.kind === 'path') {
      const ids = await resolvePath(content.path);
      values.push(...ids.map((fileId) => ({ fileId })));
    } else if (content.kind === 'value') {
      // A single array is the whole content of a store of many; of several values each is an item.
      if (contents.length === 1 && holdsMany(store) && Array.isArray(content.value)) return content.value;
      values.push(content.value);
    }
  }
  if (holdsMany(store)) return values;
  if (values.length > 1) throw new CliError(`--input ${store.name}: ${values.length} files match, but a ${store.type} store takes one`);
  return values[0];
}

function parseValue(store: StoreView, text: string): unknown {
  if (text.startsWith('@')) return readJsonFile(text.slice(1));
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (store.itemType === 'string') return text;
    throw new CliError(
      `--input ${store.name}: not valid JSON: ${(error as Error).message}`,
      'quote it for the shell, or put it into a file and write @file.json',
    );
  }
}

/** `''` is the root of the space. */
function checkedPath(store: StoreView, text: string): string {
  const segments = text.split('/').filter((segment) => segment !== '' && segment !== '.');
  if (text === '' || text.startsWith('/') || segments.includes('..')) {
    throw new CliError(
      `--input ${store.name}: "${text}" is not a path inside the space`,
      'paths are relative to its root; "." is the root itself',
    );
  }
  return segments.join('/');
}
