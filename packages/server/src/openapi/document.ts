/** The OpenAPI 3.1 document of a server: its routes, with what is told of their operations. */
import { parametersOf } from './parameters.ts';
import { answersOf, refusalsOf } from './answers.ts';
import { schemas } from './components.ts';
import type { Route } from '../http/route.ts';
import type { JsonSchema } from './json-schema.ts';
import { tags, type BodyText, type OperationText } from './operation.ts';
import { operations } from './operations.ts';

const description = [
  'The Onedata automation API as Laneway speaks it. What Onedata does not have is marked `x-laneway-extension`.',
  'An unknown path answers 404, a method that the path does not have 405 with `Allow`, an `Accept` header that is no list of media types 400,',
  'a path that is too long 414, a body that is not the JSON of an object 400: before the operation begins, and each with error JSON.',
  'Credentials that have sent too many requests get 429 `limitReached` with `Retry-After`, where the server limits them.',
  'No text may contain U+0000: 400 `badValueString` or `badData`, and in a path 404. `OPTIONS` is answered everywhere.',
].join(' ');

const securitySchemes = {
  xAuthToken: { type: 'apiKey', in: 'header', name: 'X-Auth-Token', description: 'A token; it is looked at first.' },
  bearer: { type: 'http', scheme: 'bearer', description: 'The same tokens.' },
  macaroon: { type: 'apiKey', in: 'header', name: 'Macaroon', description: 'The same tokens; the old name of the header.' },
  basic: { type: 'http', scheme: 'basic', description: 'Name and password, below /api/v3/onezone, where they are allowed.' },
} as const;

export function openApiDocument(routes: readonly Route[], version: string): Readonly<Record<string, unknown>> {
  const offered = routes.filter((route) => route.prefix !== '' && isTold(route));
  const paths = Map.groupBy(offered, (route) => route.prefix + route.path.replace('{…', '{'));
  return {
    openapi: '3.1.0',
    info: { title: 'Laneway', version, description, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '/' }],
    security: [{ xAuthToken: [] }, { bearer: [] }, { macaroon: [] }],
    tags: Object.entries(tags).map(([name, text]) => ({ name, description: text })),
    paths: Object.fromEntries(
      [...paths].map(([path, group]) => [path, Object.fromEntries(group.map((route) => [route.method.toLowerCase(), operationOf(route)]))]),
    ),
    components: { securitySchemes, schemas },
  };
}

/** Of what is not offered, only what the contract has. */
function isTold(route: Route): boolean {
  return route.unsupported !== true || Object.hasOwn(operations, route.operationId);
}

/** Public for the comparison with the contract: what the document tells of the operation of a route. None may be left out. */
export function operationOf(route: Route): JsonSchema {
  const text = operations[route.operationId];
  if (text === undefined) throw new Error(`nothing in packages/server/src/openapi/operations tells of ${route.operationId}`);
  const parameters = parametersOf(route, text);
  return {
    operationId: route.operationId,
    tags: [text.tag],
    summary: route.summary,
    ...(text.about === undefined ? {} : { description: text.about }),
    ...(route.extension === true ? { 'x-laneway-extension': true } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(text.body === undefined ? {} : { requestBody: bodyOf(text.body) }),
    responses: { ...answersOf(text), ...refusalsOf(route, text) },
    ...securityOf(route, text),
    ...(text.privileges === undefined ? {} : { 'x-privileges': text.privileges }),
  };
}

function securityOf(route: Route, text: OperationText): JsonSchema {
  if (text.open === true) return { security: [{}] };
  return route.prefix === '/api/v3/onezone' ? { security: [{ xAuthToken: [] }, { bearer: [] }, { macaroon: [] }, { basic: [] }] } : {};
}

function bodyOf({ schema, required, types = ['application/json'], extension }: BodyText): JsonSchema {
  return {
    required,
    content: Object.fromEntries(types.map((type) => [type, { schema }])),
    ...(extension === true ? { 'x-laneway-extension': true } : {}),
  };
}
