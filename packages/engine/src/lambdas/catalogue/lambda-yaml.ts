/** The file that makes a folder a lambda (interfaces, lambda.yaml). */
import { parse } from 'yaml';

export type LambdaKind = 'python' | 'javascript' | 'http';

export interface LambdaFile {
  readonly name: string;
  readonly images: readonly string[];
  readonly kind: LambdaKind;
  /** Handler file relative to the folder, or the URL. */
  readonly entry: string;
  /** Requirements file relative to the folder. */
  readonly requirements: string | null;
  readonly network: boolean;
  readonly reuse: boolean;
  readonly concurrency: number | null;
}

export type ParsedLambdaFile = { readonly ok: true; readonly file: LambdaFile } | { readonly ok: false; readonly problem: string };

const KINDS: readonly LambdaKind[] = ['python', 'javascript', 'http'];
const KEYS: readonly string[] = ['name', 'images', ...KINDS, 'requirements', 'network', 'reuse', 'concurrency'];

class Problem extends Error {}

/** Checks the text of one lambda.yaml; the problem names the file and the key. */
export function parseLambdaFile(path: string, text: string): ParsedLambdaFile {
  try {
    return { ok: true, file: check(parse(text)) };
  } catch (error) {
    const what = error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error);
    return { ok: false, problem: `${path}: ${what}` };
  }
}

function check(value: unknown): LambdaFile {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Problem('a mapping of keys to values is expected');
  }
  const entries = value as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(entries)) {
    if (!KEYS.includes(key)) {
      throw new Problem(`unknown key "${key}" (known: ${KEYS.join(', ')})`);
    }
  }
  const kind = checkKind(entries);
  if (kind !== 'python' && entries['requirements'] !== undefined) {
    throw new Problem('key "requirements" goes with "python" only');
  }
  return {
    name: checkText('name', entries['name']),
    images: checkImages(entries['images']),
    kind,
    entry: checkEntry(kind, entries[kind]),
    requirements: entries['requirements'] === undefined ? null : checkRelative('requirements', entries['requirements']),
    network: checkFlag('network', entries['network']),
    reuse: checkFlag('reuse', entries['reuse']),
    concurrency: entries['concurrency'] === undefined ? null : checkConcurrency(entries['concurrency']),
  };
}

function checkKind(entries: Readonly<Record<string, unknown>>): LambdaKind {
  const given = KINDS.filter((kind) => entries[kind] !== undefined);
  const [kind] = given;
  if (kind === undefined || given.length > 1) {
    throw new Problem(`exactly one of the keys ${KINDS.map((name) => `"${name}"`).join(', ')} is expected, found ${given.length}`);
  }
  return kind;
}

function checkEntry(kind: LambdaKind, value: unknown): string {
  if (kind !== 'http') {
    return checkRelative(kind, value);
  }
  const text = checkText(kind, value);
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new Problem('key "http": an http or https URL is expected');
  }
  return text;
}

function checkText(key: string, value: unknown): string {
  if (typeof value !== 'string' || value.trim() === '') {
    throw new Problem(`key "${key}": a text that is not empty is expected`);
  }
  return value;
}

function checkRelative(key: string, value: unknown): string {
  const text = checkText(key, value);
  if (text.startsWith('/') || text.split('/').includes('..')) {
    throw new Problem(`key "${key}": a path inside the lambda's folder is expected`);
  }
  return text;
}

function checkImages(value: unknown): readonly string[] {
  if (value === undefined) {
    return [];
  }
  if (!Array.isArray(value)) {
    throw new Problem('key "images": a list is expected');
  }
  return value.map((image, index) => checkText(`images[${index}]`, image));
}

function checkFlag(key: string, value: unknown): boolean {
  if (value !== undefined && typeof value !== 'boolean') {
    throw new Problem(`key "${key}": true or false is expected`);
  }
  return value ?? false;
}

function checkConcurrency(value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > 1024) {
    throw new Problem('key "concurrency": a whole number from 1 to 1024 is expected');
  }
  return value;
}
