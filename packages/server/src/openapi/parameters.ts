/** Parameters of an operation: those in its path, and what is told of the others. */
import type { Route } from '../http/route.ts';
import { ref, text, type JsonSchema } from './json-schema.ts';
import type { OperationText, Parameter } from './operation.ts';

/** Ids that the server makes; others may be names or numbers. */
const ids: ReadonlySet<string> = new Set(['wid', 'sid', 'uid', 'gid', 'aiid', 'tid', 'did', 'jid']);

export function parametersOf(route: Route, told: OperationText): readonly JsonSchema[] {
  const inPath = [...route.path.matchAll(/\{(…?)(\w+)\}/g)].map(([, rest, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: told.path?.[name] ?? (ids.has(name) ? ref('Id') : text),
    ...(rest === '' ? {} : { description: 'The rest of the path, with its slashes.' }),
  }));
  return [...inPath, ...(told.parameters ?? []).map((parameter) => parameterOf(route, parameter))];
}

function parameterOf(route: Route, { name, in: place, schema, required, extension }: Parameter): JsonSchema {
  const description = route.parameters?.find((known) => known.in === place && known.name.split(', ').includes(name))?.text;
  return {
    name,
    in: place,
    ...(required === true ? { required } : {}),
    schema,
    ...(description === undefined ? {} : { description }),
    ...(extension === true ? { 'x-laneway-extension': true } : {}),
  };
}
