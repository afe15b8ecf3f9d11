/**
 * Turns routes into Fastify routes with the stages of rest §1.2 in their order: path, method, credentials,
 * `Accept`, `Content-Type`, body, pipeline. Every other method of a known path answers 405 before
 * credentials are looked at; OPTIONS answers a pre-flight (D6).
 */
import { isUtf8 } from 'node:buffer';
import { isJsonObject, makeError, parseJson, type ErrorObject, type JsonObject, type JsonOutcome } from '@laneway/model';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify';
import type { Identity } from '../auth/identity.ts';
import { isJsonType, isOfTypes, negotiate } from './negotiation.ts';
import { parseQuery, queryOf } from './query.ts';
import { Refusal } from './refusal.ts';
import type { Answer, Call, Method, Route } from './route.ts';

export interface RouteHost {
  /** May set cookies of the reply. */
  authenticate(request: FastifyRequest, reply: FastifyReply, route: Route): Promise<Identity>;
  baseUrl(request: FastifyRequest): string;
  /** Told of each request that was carried out, before it is answered. */
  done(route: Route, call: Call, answer: Answer): Promise<void>;
}

const methods: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const identities = new WeakMap<FastifyRequest, Identity>();

/** `{sid}` → `:sid`; a last `{…path}` → `*`. */
export function fastifyPath(route: Pick<Route, 'prefix' | 'path'>): string {
  return `${route.prefix}${route.path}`.replace(/\{…\w+\}$/, '*').replace(/\{(\w+)\}/g, ':$1');
}

export function registerRoutes(app: FastifyInstance, routes: readonly Route[], host: RouteHost): void {
  const byPath = Map.groupBy(routes, fastifyPath);
  for (const [url, group] of byPath) {
    for (const route of group) registerRoute(app, url, route, host);
    refuseOtherMethods(
      app,
      url,
      group.map((route) => route.method),
    );
  }
}

/** A page that is no operation of the API: for everybody, and with the question of whether it is there. */
export function registerPage(app: FastifyInstance, url: string, handler: RouteHandlerMethod): void {
  const allowed = ['GET', 'HEAD'] as const;
  app.route({ method: [...allowed], url, handler });
  refuseOtherMethods(app, url, allowed);
}

function refuseOtherMethods(app: FastifyInstance, url: string, allowed: readonly (Method | 'HEAD')[]): void {
  const others = ([...methods, 'HEAD'] as const).filter((method) => !allowed.includes(method));
  app.route({
    method: others,
    url,
    onRequest: async (request) => {
      checkPath(request);
      refuseMethod(allowed);
    },
    handler: () => undefined,
  });
  app.route({
    method: 'OPTIONS',
    url,
    onRequest: async (_request, reply) => await answerPreflight(reply, allowed),
    handler: () => undefined,
  });
}

class WrongMethod extends Refusal {
  readonly allowed: readonly string[];

  constructor(allowed: readonly string[]) {
    super(makeError('notSupported'), 405);
    this.allowed = allowed;
  }
}

export function allowedMethods(error: unknown): string | null {
  return error instanceof WrongMethod ? error.allowed.join(', ') : null;
}

function refuseMethod(allowed: readonly string[]): never {
  throw new WrongMethod(allowed);
}

const allowedHeaders =
  'x-auth-token, authorization, macaroon, x-onedata-consumer-token, x-onedata-service-token, x-csrf-token, content-type, range, last-event-id, idempotency-key';

async function answerPreflight(reply: FastifyReply, allowed: readonly string[]): Promise<FastifyReply> {
  return await reply
    .code(204)
    .header('allow', [...allowed, 'OPTIONS'].join(', '))
    .header('access-control-allow-methods', allowed.join(', '))
    .header('access-control-allow-headers', allowedHeaders)
    .header('access-control-max-age', '600')
    .send();
}

function registerRoute(app: FastifyInstance, url: string, route: Route, host: RouteHost): void {
  app.route({
    method: route.method,
    url,
    config: { operationId: route.operationId, body: route.body },
    onRequest: async (request, reply) => {
      checkPath(request);
      identities.set(request, await host.authenticate(request, reply, route));
      checkAccept(request, route);
      checkContentType(request, route);
    },
    handler: async (request, reply) => {
      const call = callOf(request, reply, route, host);
      const answer = await route.handle(call);
      await host.done(route, call, answer);
      return await send(reply, answer);
    },
  });
}

/**
 * Ids that nothing has are paths that no route has (rest R1): empty ones, as behind a slash too many, and those with U+0000, for which
 * not every database could be asked. The rest of a path may be empty.
 */
function checkPath(request: FastifyRequest): void {
  const params = Object.entries(request.params as Readonly<Record<string, string>>);
  const isOdd = params.some(([name, value]) => value.includes('\0') || (value === '' && name !== '*'));
  if (isOdd) throw new Refusal(makeError('notFound'), 404);
}

function checkAccept(request: FastifyRequest, route: Route): void {
  const outcome = negotiate(request.headers.accept, route.produces ?? ['application/json']);
  if (outcome === 'malformed') throw new Refusal(makeError('badData', { key: 'Accept', hint: 'not a list of media types' }), 400);
  if (outcome === 'notAcceptable') throw new Refusal(makeError('notSupported'), 406);
}

/** A request without a body passes with any type (rest R7); for a stream its type is what the client means, also of an empty one. */
function checkContentType(request: FastifyRequest, route: Route): void {
  if (route.consumes !== undefined) {
    const isPlain = (request.headers['content-encoding'] ?? 'identity') === 'identity';
    if (!isPlain || !isOfTypes(request.headers['content-type'], route.consumes)) throw new Refusal(makeError('notSupported'), 415);
  }
  const hasBody = Number(request.headers['content-length'] ?? 0) > 0;
  if (route.body === 'json' && hasBody && !isJsonType(request.headers['content-type'])) throw new Refusal(makeError('notSupported'), 415);
}

function callOf(request: FastifyRequest, reply: FastifyReply, route: Route, host: RouteHost): Call {
  const params = request.params as Readonly<Record<string, string>>;
  return {
    identity: identities.get(request) ?? { kind: 'guest' },
    param: (name) => params[name] ?? '',
    query: parseQuery(queryOf(request.raw.url ?? '')),
    body: bodyOf(request, route),
    baseUrl: host.baseUrl(request),
    request,
    reply,
  };
}

/** Empty → `{}`; anything but a JSON object → `malformedData` (rest R10). JSON that we cannot keep is told what is wrong with it. */
function bodyOf(request: FastifyRequest, route: Route): JsonObject {
  const raw = request.body;
  if (!(raw instanceof Buffer) || raw.length === 0) return {};
  if (route.body === 'none') return {};
  if (route.body === 'json' && !isJsonType(request.headers['content-type'])) throw new Refusal(makeError('notSupported'), 415);
  // Bytes that are no UTF-8 would be replaced silently.
  const parsed = isUtf8(raw) ? parseJson(raw.toString('utf8')) : null;
  if (parsed?.ok === true && isJsonObject(parsed.value)) return parsed.value;
  if (route.body === 'ignored') return {};
  throw new Refusal(parsed === null || parsed.ok ? makeError('malformedData') : bodyProblem(parsed));
}

function bodyProblem({ reason, position }: Extract<JsonOutcome, { readonly ok: false }>): ErrorObject {
  if (reason === 'syntax') return makeError('malformedData');
  const what = reason === 'tooDeep' ? 'a value is nested too deeply' : 'a number is too large';
  return makeError('badData', { key: 'body', hint: `${what}, at character ${position + 1} of the request body` });
}

async function send(reply: FastifyReply, answer: Answer): Promise<unknown> {
  switch (answer.kind) {
    case 'json':
      if (answer.location !== undefined) reply.header('location', answer.location);
      return await reply.code(answer.status).type('application/json').send(JSON.stringify(answer.body));
    case 'created':
      return await reply.code(201).header('location', answer.location).send();
    case 'noContent':
      return await reply.code(204).send();
    case 'answered':
      return reply;
  }
}
