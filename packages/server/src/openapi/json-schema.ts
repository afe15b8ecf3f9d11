/** JSON Schema as plain objects, and the few shapes that the schemas of the API are made of. */

export type JsonSchema = Readonly<Record<string, unknown>>;
export type Schemas = Readonly<Record<string, JsonSchema>>;

export const text: JsonSchema = { type: 'string' };
export const filledText: JsonSchema = { type: 'string', minLength: 1 };
export const flag: JsonSchema = { type: 'boolean' };
export const integer: JsonSchema = { type: 'integer' };
export const count: JsonSchema = { type: 'integer', minimum: 0 };
export const positive: JsonSchema = { type: 'integer', minimum: 1 };
export const anyObject: JsonSchema = { type: 'object' };
export const anything: JsonSchema = {};

export function ref(name: string): JsonSchema {
  return { $ref: `#/components/schemas/${name}` };
}

export function listOf(items: JsonSchema): JsonSchema {
  return { type: 'array', items };
}

export function mapOf(values: JsonSchema): JsonSchema {
  return { type: 'object', additionalProperties: values };
}

export function oneWordOf(words: readonly string[]): JsonSchema {
  return { type: 'string', enum: words };
}

/** A simple type, or null. */
export function orNull(type: 'string' | 'integer' | 'number' | 'object' | 'array', more: JsonSchema = {}): JsonSchema {
  return { type: [type, 'null'], ...more };
}

/** A schema of another component, or null. */
export function refOrNull(name: string): JsonSchema {
  return { oneOf: [ref(name), { type: 'null' }] };
}

export function described(schema: JsonSchema, description: string): JsonSchema {
  return { ...schema, description };
}

/** What the Onedata API does not have. */
export function extension(schema: JsonSchema): JsonSchema {
  return { ...schema, 'x-laneway-extension': true };
}

/** An object with these members; a name that ends in `?` may be left out. */
export function record(members: Schemas, more: JsonSchema = {}): JsonSchema {
  const named = Object.entries(members).map(([name, schema]) => [name.replace(/\?$/, ''), schema] as const);
  const required = Object.keys(members).filter((name) => !name.endsWith('?'));
  return { type: 'object', properties: Object.fromEntries(named), ...(required.length === 0 ? {} : { required }), ...more };
}

/** A page of a list: what it is called, its entries, and how to go on. */
export function page(name: string, entries: JsonSchema): JsonSchema {
  return record({ [name]: listOf(entries), nextPageToken: described(orNull('string'), 'Null on the last page.'), isLast: flag });
}
