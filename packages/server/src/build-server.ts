/** The HTTP application without a listening socket. */
import { addAbortSignal, Readable } from 'node:stream';
import type { Change } from '@laneway/engine';
import { makeError, httpStatusOf } from '@laneway/model';
import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { authenticate } from './auth/authenticate.ts';
import type { Identity } from './auth/identity.ts';
import { TooManyRequests } from './auth/request-rate.ts';
import { identityOfSession } from './auth/session-cookie.ts';
import type { ServerDeps } from './deps.ts';
import { docsPage } from './docs/page.ts';
import { changeOf, isAwaited } from './http/audit.ts';
import { installBodyParser } from './http/body-parser.ts';
import { errorContext, withContext, type ServiceName } from './http/error-json.ts';
import { Refusal } from './http/refusal.ts';
import { ownHost } from './http/own-host.ts';
import { allowedMethods, registerPage, registerRoutes } from './http/register-routes.ts';
import { answerClientError, boundSlowClients } from './http/slow-clients.ts';
import { metricsAllowed } from './metrics.ts';
import { serveOpenApi } from './openapi/serve.ts';
import { allRoutes } from './routes.ts';

/** Serves requests after `ready()`; closing it ends event streams, downloads and uploads first, then waits for the others, for a while. */
export function buildServer(deps: ServerDeps): FastifyInstance {
  const app = Fastify({
    loggerInstance: deps.logger as unknown as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    // Only what the proxy itself has added: whatever stands before it in X-Forwarded-For, the client may have written.
    trustProxy: deps.settings.trustProxy ? (_address, hop) => hop === 0 : false,
    exposeHeadRoutes: false,
    // Bounds how long an idle client can hold up a server that closes.
    keepAliveTimeout: 5000,
    clientErrorHandler: (error, socket) => answerClientError(deps, error, socket),
    routerOptions: { maxParamLength: 4096 },
    bodyLimit: deps.settings.bodyLimitBytes,
    frameworkErrors: (error, request, reply) => {
      void sendError(deps, error, request, reply);
    },
  }) as unknown as FastifyInstance;
  boundSlowClients(app.server, deps.settings.slowClientMs);
  const closing = new AbortController();
  app.addHook('preClose', async () => {
    closing.abort();
    const cut = setTimeout(() => app.server.closeAllConnections(), deps.settings.closeGraceMs);
    app.server.once('close', () => clearTimeout(cut));
    if (!app.server.listening) clearTimeout(cut);
  });
  // What is long in coming is broken off by a server that closes: who reads it sees that it is not whole.
  app.addHook('onSend', async (_request, _reply, payload) => {
    if (payload instanceof Readable) addAbortSignal(closing.signal, payload);
    return payload;
  });
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('access-control-allow-origin', '*');
    reply.header('access-control-expose-headers', 'location, allow, content-range, content-disposition, retry-after');
    reply.header('x-content-type-options', 'nosniff');
    // Whose answer it is stands in headers that a cache on the way does not know; some answers are secrets.
    reply.header('cache-control', 'no-store');
  });
  app.setErrorHandler(async (error, request, reply) => await sendError(deps, error, request, reply));
  app.setNotFoundHandler(async (request, reply) => await sendError(deps, new Refusal(makeError('notFound'), 404), request, reply));
  installBodyParser(app, deps.settings);

  const baseUrl = (request: FastifyRequest): string =>
    deps.settings.publicUrl ?? `${request.protocol}://${ownHost(request.host, request.socket)}`;
  /** Entries of the audit that are being written. */
  const recording = new Set<Promise<void>>();
  app.addHook('onClose', async () => void (await Promise.all(recording)));

  const routes = allRoutes(deps, closing.signal);
  registerRoutes(app, routes, {
    authenticate: async (request, reply, route) => {
      const service = route.prefix === '/api/v3/onezone' ? 'ozw-onezone' : `opw-${deps.providerId}`;
      const credentials = { headers: request.headers, peerIp: request.ip, service };
      const identify = async (): Promise<Identity> => {
        const identity = await authenticate(deps, credentials);
        const hasNone = identity.kind === 'guest' && request.headers.authorization === undefined;
        return hasNone && route.freshLogin !== true
          ? await identityOfSession(deps, { request, reply, baseUrl: baseUrl(request) })
          : identity;
      };
      return await (deps.requestRate === null ? identify() : deps.requestRate.admit(request, identify));
    },
    baseUrl,
    done: async (route, call, answer) => {
      const change = changeOf(route, call, answer);
      if (change === null) return;
      const recorded = record(deps, change).finally(() => recording.delete(recorded));
      recording.add(recorded);
      if (isAwaited(route)) await recorded;
    },
  });
  addSystemRoutes(app, deps, docsPage(routes));
  serveOpenApi(app, routes, deps.version);
  return app;
}

/** The change was made: that it could not be recorded is told in the log, not to who made it. */
async function record(deps: ServerDeps, change: Change): Promise<void> {
  try {
    await deps.registry.audit.record(change);
  } catch (error) {
    deps.logger.error(
      { event: 'auditFailed', operation: change.operation, target: change.target, err: error },
      'a change was not recorded',
    );
  }
}

function addSystemRoutes(app: FastifyInstance, deps: ServerDeps, page: string): void {
  const { metrics } = deps;
  app.addHook('onResponse', async (request, reply) => {
    const operation = (request.routeOptions.config as { readonly operationId?: string }).operationId ?? 'other';
    metrics.observe({ operation, method: request.method, status: reply.statusCode, seconds: reply.elapsedTime / 1000 });
    deps.logger.debug(
      { event: 'request', operation, method: request.method, status: reply.statusCode, ms: Math.round(reply.elapsedTime) },
      'request',
    );
  });
  registerPage(app, '/', async (_request, reply) => await reply.redirect('/docs', 302));
  registerPage(app, '/docs', async (_request, reply) => await reply.type('text/html; charset=utf-8').send(page));
  registerPage(
    app,
    '/health',
    async (_request, reply) => await reply.type('application/json').send(JSON.stringify({ status: 'ok', version: deps.version })),
  );
  registerPage(app, '/metrics', async (request, reply) => {
    if (!metricsAllowed(request, deps.settings.metricsToken)) throw new Refusal(makeError('forbidden'));
    return await reply.type(metrics.contentType).send(await metrics.text());
  });
}

function serviceOf(request: FastifyRequest): ServiceName {
  return request.url.startsWith('/api/v3/onezone') ? 'onezone' : 'oneprovider';
}

/** Every failure of every stage as error JSON (rest §3.1, D6). */
async function sendError(deps: ServerDeps, thrown: unknown, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const refusal = refusalOf(deps, thrown, request);
  const domain = ownHost(request.host, request.socket);
  const site = { service: serviceOf(request), providerId: deps.providerId, domain, version: deps.version };
  const allow = allowedMethods(thrown);
  if (allow !== null) reply.header('allow', allow);
  if (refusal instanceof TooManyRequests) reply.header('retry-after', String(refusal.retryAfterSec));
  if (refusal.status === 413 || refusal.status === 408) reply.header('connection', 'close');
  const body = { error: withContext(refusal.error, errorContext(site, Date.now())) };
  return await reply
    .code(refusal.status ?? httpStatusOf(refusal.error))
    .type('application/json')
    .send(JSON.stringify(body));
}

function refusalOf(deps: ServerDeps, thrown: unknown, request: FastifyRequest): Refusal {
  if (thrown instanceof Refusal) return thrown;
  const { statusCode, code } = thrown as Partial<FastifyError>;
  if (code === 'FST_ERR_BAD_URL') return new Refusal(makeError('notFound'), 404);
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new Refusal(
      makeError('limitReached', { limit: deps.settings.bodyLimitBytes, resourceDescription: 'bytes of a request body' }),
      413,
    );
  }
  // Who went away is not answered, and nothing went wrong here.
  if (request.raw.destroyed && code === 'ECONNRESET') return new Refusal(makeError('malformedData'));
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) return new Refusal(makeError('malformedData'), statusCode);
  deps.logger.error({ event: 'requestFailed', requestId: request.id, err: thrown }, 'a request failed unexpectedly');
  return new Refusal(makeError('internalServerError', { reference: request.id }));
}
