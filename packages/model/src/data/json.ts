/** JSON text as a value, or where it stops being JSON. */
export type JsonOutcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: 'syntax' | 'tooDeep' | 'tooLarge'; readonly position: number };

export interface JsonLimits {
  /** Levels of arrays and objects; deeper text is refused before anything walks it recursively. */
  readonly maxDepth: number;
}

const defaultMaxDepth = 200;

/**
 * Parses JSON. Keys such as `__proto__` become ordinary own properties, so read objects with `Object.hasOwn`. A number
 * that is too large for a double is refused: it would be infinite, and null as soon as it is written again.
 * `position` is the index of the first character that does not fit, the text's length when it ends too early.
 */
export function parseJson(text: string, limits: JsonLimits = { maxDepth: defaultMaxDepth }): JsonOutcome {
  const deepAt = positionDeeperThan(text, limits.maxDepth);
  if (deepAt !== null) return { ok: false, reason: 'tooDeep', position: deepAt };
  let value: unknown;
  try {
    value = JSON.parse(text) as unknown;
  } catch {
    return { ok: false, reason: 'syntax', position: syntaxErrorPosition(text) };
  }
  const largeAt = infiniteNumberPosition(text);
  return largeAt === null ? { ok: true, value } : { ok: false, reason: 'tooLarge', position: largeAt };
}

/** Without 200 digits in a row or an exponent of three no number comes near the limit; hardly any text goes past this. */
const mayBeInfinite = /\d{200}|[eE]\+?\d{3}/;

/** The text is JSON. */
function infiniteNumberPosition(text: string): number | null {
  if (!mayBeInfinite.test(text)) return null;
  let at = 0;
  while (at < text.length) {
    const end = stringEnd(text, at);
    if (end !== null) {
      at = end;
      continue;
    }
    plainScalar.lastIndex = at;
    const scalar = plainScalar.exec(text)?.[0];
    if (scalar !== undefined && Math.abs(Number(scalar)) === Infinity) return at;
    at += scalar?.length ?? 1;
  }
  return null;
}

export type JsonValueProblem = 'tooDeep' | 'tooLarge';

/**
 * What `parseJson` would have refused in a value that somebody else parsed; null when it is fine. Code that walks or
 * writes JSON recursively relies on the depth, whoever keeps values on the numbers.
 */
export function jsonValueProblem(value: unknown, maxDepth: number = defaultMaxDepth): JsonValueProblem | null {
  if (typeof value === 'number') return Number.isFinite(value) ? null : 'tooLarge';
  if (typeof value !== 'object' || value === null) return null;
  if (maxDepth === 0) return 'tooDeep';
  for (const part of Array.isArray(value) ? (value as readonly unknown[]) : Object.values(value)) {
    const problem = jsonValueProblem(part, maxDepth - 1);
    if (problem !== null) return problem;
  }
  return null;
}

/** Brackets inside strings do not count. */
function positionDeeperThan(text: string, maxDepth: number): number | null {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (inString) {
      if (char === '\\') at += 1;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '[' || char === '{') {
      depth += 1;
      if (depth > maxDepth) return at;
    } else if (char === ']' || char === '}') depth -= 1;
  }
  return null;
}

const space = /[ \t\n\r]*/y;
const plainScalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const escape = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** The index after the string that starts at `at`, null when there is none. By hand, since a pattern would backtrack over long text. */
function stringEnd(text: string, at: number): number | null {
  if (text[at] !== '"') return null;
  let next = at + 1;
  while (next < text.length) {
    const char = text.charAt(next);
    if (char === '"') return next + 1;
    if (char < ' ') return null;
    if (char === '\\') {
      escape.lastIndex = next;
      const found = escape.exec(text);
      if (found === null) return null;
      next += found[0].length;
    } else next += 1;
  }
  return null;
}

/** What the grammar wants next: only used to find the place of an error that is known to exist. */
type Expecting = 'value' | 'valueOrEnd' | 'key' | 'keyOrEnd' | 'colon' | 'commaOrEnd';

function syntaxErrorPosition(text: string): number {
  const closers: string[] = [];
  let expecting: Expecting = 'value';
  let at = 0;
  const skipString = (): boolean => {
    const end = stringEnd(text, at);
    at = end ?? at;
    return end !== null;
  };
  const skip = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found === null) return false;
    at += found[0].length;
    return true;
  };
  for (;;) {
    skip(space);
    const char = text[at];
    if (char === undefined) return text.length;
    if (expecting === 'commaOrEnd' && closers.length === 0) return at;
    const closes = expecting === 'commaOrEnd' || expecting === 'valueOrEnd' || expecting === 'keyOrEnd';
    if (closes && char === closers.at(-1)) {
      closers.pop();
      at += 1;
      expecting = 'commaOrEnd';
    } else if (expecting === 'commaOrEnd') {
      if (char !== ',') return at;
      at += 1;
      expecting = closers.at(-1) === '}' ? 'key' : 'value';
    } else if (expecting === 'colon') {
      if (char !== ':') return at;
      at += 1;
      expecting = 'value';
    } else if (expecting === 'key' || expecting === 'keyOrEnd') {
      if (!skipString()) return at;
      expecting = 'colon';
    } else if (char === '[' || char === '{') {
      closers.push(char === '[' ? ']' : '}');
      at += 1;
      expecting = char === '[' ? 'valueOrEnd' : 'keyOrEnd';
    } else {
      if (!skipString() && !skip(plainScalar)) return at;
      expecting = 'commaOrEnd';
    }
  }
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** A JSON object: neither null nor an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value under an own key; inherited names such as `constructor` do not exist. */
export function ownValue(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** JSON text with object keys sorted: equal values give equal texts. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value) ?? 'null';
  const keys = Object.keys(value).filter((key) => value[key] !== undefined);
  return `{${keys
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key])}`)
    .join(',')}}`;
}
