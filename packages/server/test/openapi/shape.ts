/** What two descriptions of an operation have in common when wording, order and names of components do not count. */

export type Json = Readonly<Record<string, any>>;

const annotations = new Set(['description', 'title', 'examples', 'example', 'summary', 'x-laneway-extension']);

/** The shape of a schema: references resolved, annotations and extensions gone, lists without meaningful order sorted. */
export function shapeOf(schema: Json, components: Json, above: readonly string[] = []): Json {
  if (typeof schema['$ref'] === 'string') {
    const { $ref, ...beside } = schema;
    const name = $ref.split('/').at(-1) ?? '';
    if (above.includes(name)) return { recursion: above.length - above.indexOf(name) };
    return shapeOf({ ...components['schemas'][name], ...beside }, components, [...above, name]);
  }
  if (Array.isArray(schema['allOf']) && schema['allOf'].length === 1) {
    const { allOf, ...beside } = schema;
    return { ...shapeOf(allOf[0], components, above), ...shapeOf(beside, components, above) };
  }
  const inner = (part: Json): Json => shapeOf(part, components, above);
  const shaped = Object.entries(schema)
    .filter(([key]) => !annotations.has(key))
    .map(([key, value]): readonly [string, unknown] => {
      if (key === 'properties') return [key, sortedRecord(value, inner)];
      if (key === 'items' || (key === 'additionalProperties' && typeof value === 'object')) return [key, inner(value)];
      if (key === 'oneOf' || key === 'anyOf') return [key, sortedTexts(value.map(inner))];
      if (Array.isArray(value)) return [key, sortedTexts(value)];
      return [key, value];
    })
    .filter(([key, value]) => !(key === 'properties' && Object.keys(value as Json).length === 0))
    .filter(([key, value]) => !(key === 'additionalProperties' && value === true));
  return Object.fromEntries(shaped.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

function sortedRecord(record: Json, shape: (part: Json) => Json): Json {
  const known = Object.entries(record).filter(([, schema]) => schema['x-laneway-extension'] !== true);
  return Object.fromEntries(known.toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([name, schema]) => [name, shape(schema)]));
}

function sortedTexts(list: readonly unknown[]): readonly unknown[] {
  const key = (value: unknown): string => JSON.stringify(value);
  return list.toSorted((one, other) => (key(one) < key(other) ? -1 : 1));
}

function contentOf(content: Json | undefined, components: Json): Json {
  return Object.fromEntries(Object.entries(content ?? {}).map(([type, { schema }]) => [type, shapeOf(schema, components)]));
}

function parameterOf(parameter: Json, components: Json): Json {
  const resolved: Json =
    typeof parameter['$ref'] === 'string' ? components['parameters'][parameter['$ref'].split('/').at(-1) ?? ''] : parameter;
  const { name, in: place, required = false, schema } = resolved;
  return { name, in: place, required, schema: shapeOf(schema, components) };
}

/** An operation of the contract: parameters, body, and answers with the ids of their errors. */
export function operationShape(operation: Json, components: Json): Json {
  const own = (part: Json | undefined): boolean => part !== undefined && part['x-laneway-extension'] !== true;
  const parameters = (operation['parameters'] ?? []).filter(own).map((one: Json) => parameterOf(one, components));
  const body: Json | undefined = operation['requestBody'];
  const answers = Object.entries(operation['responses'] as Json).map(([status, answer]) => [
    status,
    {
      content: contentOf(answer.content, components),
      headers: Object.entries((answer.headers ?? {}) as Json).map(([name, { schema }]) => [name, shapeOf(schema, components)]),
      errors: [...(answer['x-error-ids'] ?? [])].toSorted(),
    },
  ]);
  return {
    operationId: operation['operationId'],
    parameters: sortedTexts(parameters),
    body:
      body === undefined || !own(body) ? null : { required: body['required'] === true, content: contentOf(body['content'], components) },
    answers: Object.fromEntries(answers),
    open: JSON.stringify(operation['security']) === '[{}]',
  };
}
