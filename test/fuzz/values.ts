/** Values: ones that fit a schema, ones that nearly do, and hostile ones. */
import type { Random } from '../simulation/random.ts';

type Json = Readonly<Record<string, any>>;

/** Fits the schema, as far as the subset that the description uses. */
export function fitting(schema: Json, schemas: Json, random: Random, depth = 0): unknown {
  if (typeof schema['$ref'] === 'string') return fitting(schemas[schema['$ref'].split('/').at(-1) ?? ''], schemas, random, depth + 1);
  if (schema['const'] !== undefined) return schema['const'];
  if (Array.isArray(schema['enum'])) return random.pick(schema['enum']);
  const choice: readonly Json[] | undefined = schema['oneOf'] ?? (schema['properties'] === undefined ? schema['anyOf'] : undefined);
  if (choice !== undefined) return fitting(random.pick(choice), schemas, random, depth + 1);
  const type: string = Array.isArray(schema['type']) ? random.pick(schema['type'] as string[]) : (schema['type'] ?? 'string');
  switch (type) {
    case 'null':
      return null;
    case 'boolean':
      return random.chance(0.5);
    case 'integer':
      return random.int(schema['minimum'] ?? 0, Math.min(schema['maximum'] ?? 1000, 1_000_000));
    case 'number':
      return random.between(schema['minimum'] ?? 0, schema['maximum'] ?? 1);
    case 'array':
      return Array.from({ length: depth > 4 ? 0 : random.int(schema['minItems'] ?? 0, schema['maxItems'] ?? 2) }, () =>
        fitting(schema['items'] ?? {}, schemas, random, depth + 1),
      );
    case 'object':
      return fittingObject(schema, schemas, random, depth);
    default:
      return typeof schema['pattern'] === 'string' && schema['pattern'].includes('0-9') ? '1' : word(random);
  }
}

function fittingObject(schema: Json, schemas: Json, random: Random, depth: number): unknown {
  const required = new Set<string>(schema['required'] ?? []);
  const names = Object.entries((schema['properties'] ?? {}) as Json).filter(
    ([name]) => required.has(name) || (depth < 4 && random.chance(0.5)),
  );
  return Object.fromEntries(names.map(([name, of]) => [name, fitting(of, schemas, random, depth + 1)]));
}

export function word(random: Random): string {
  return Array.from({ length: random.int(2, 12) }, () => String.fromCodePoint(random.int(97, 122))).join('');
}

const odd: readonly unknown[] = [
  null,
  true,
  '',
  ' ',
  '0',
  'null',
  'undefined',
  '-1',
  '1e999',
  '__proto__',
  'constructor',
  'toString',
  "' or 1=1 --",
  '../../../etc/passwd',
  '\0',
  'a\0b',
  '\u202e\u{1F4A9}é',
  '\ud800',
  'x'.repeat(5000),
  '{"a":1}',
  '[1]',
  -1,
  0,
  1.5,
  1e308,
  -1e308,
  2 ** 53,
  2 ** 31,
  -(2 ** 63),
  [],
  [null],
  [[[[[]]]]],
  {},
  { toString: 1, valueOf: null },
  { type: 'object', itemDataSpec: {} },
];

export function oddValue(random: Random): unknown {
  return random.pick(odd);
}

/** One member or entry somewhere in the value becomes an odd one, or goes. */
export function damaged(value: unknown, random: Random): unknown {
  if (typeof value !== 'object' || value === null || random.chance(0.15)) return oddValue(random);
  if (Array.isArray(value)) {
    if (value.length === 0) return [oddValue(random)];
    const at = random.int(0, value.length - 1);
    return value.map((entry: unknown, index) => (index === at ? damaged(entry, random) : entry));
  }
  const names = Object.keys(value);
  if (names.length === 0 || random.chance(0.1))
    return { ...value, [random.pick(['__proto__', 'x', 'constructor', '\0'])]: oddValue(random) };
  const name = random.pick(names);
  const entries = Object.entries(value);
  if (random.chance(0.25)) return Object.fromEntries(entries.filter(([key]) => key !== name));
  return Object.fromEntries(entries.map(([key, inner]) => [key, key === name ? damaged(inner, random) : (inner as unknown)]));
}

/** Bytes that are no JSON object, or that are one in name only. */
export function hostileBody(random: Random): Buffer {
  return random.pick<() => Buffer>([
    () => Buffer.from('{'),
    () => Buffer.from('['.repeat(random.int(1000, 200_000))),
    () => Buffer.from('{"a":'.repeat(random.int(100, 50_000))),
    () => Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
    () => Buffer.from('{"a":1e999,"name":1e400}'),
    () => Buffer.from('{"__proto__":{"polluted":true},"name":"x"}'),
    () => Buffer.from('{"name":"\\ud800","name":"\\u0000"}'),
    () => Buffer.from('[1,2,3]'),
    () => Buffer.from('null'),
    () => Buffer.from('\ufeff{}'),
    () => Buffer.from(`{"name":"${'x'.repeat(random.int(1, 300_000))}"}`),
    () => random.fill(Buffer.alloc(random.int(1, 2000))),
    () => Buffer.from('a=b&c=d'),
  ])();
}

export const hostileTexts: readonly string[] = [
  ...odd.filter((value) => typeof value === 'string'),
  'raw:%',
  'raw:%zz',
  'raw:%00',
  'raw:%2e%2e%2f%2e%2e',
  'raw:%ff%fe',
  'raw:..',
  'raw:;/?:@&=+$,',
  'raw:%u0041',
  'x'.repeat(3000),
  'auto',
  '99999999999999999999',
  '1',
];
