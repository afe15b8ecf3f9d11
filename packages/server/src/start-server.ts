/**
 * A listening server: HTTP, HTTPS beside it when configured, `server.json` while requests are accepted.
 * Stopping goes in order: the listeners close (streams end at once, other requests within `closeGraceMs`), the engine stops, the database closes.
 */
import { rmSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { buildServer } from './build-server.ts';
import { answerClientError, boundSlowClients } from './http/slow-clients.ts';
import { closeAfterFailure, closeInOrder } from './close-in-order.ts';
import { closeListener } from './close-listener.ts';
import { compose, type Composition, type EngineFactory } from './compose.ts';
import { settingError, type ServeConfig } from './config/config.ts';
import type { ServerDeps } from './deps.ts';
import { createLogger } from './logger.ts';
import { selfSigned, tlsMaterial, type TlsMaterial } from './tls.ts';

export interface RunningServer {
  readonly url: string;
  readonly httpsUrl: string | null;
  readonly composition: Composition;
  /** Idempotent; rejects with everything that failed on the way. */
  close(): Promise<void>;
}

export interface StartOptions {
  readonly engineFactory: EngineFactory;
  readonly logger?: Logger;
  /** Where the first administrator's token is shown, once. */
  readonly announce?: (line: string) => void;
}

export async function startServer(config: ServeConfig, options: StartOptions): Promise<RunningServer> {
  const logger = options.logger ?? createLogger(config);
  const tls = await tlsMaterial(config.tls, config.host);
  const composition = await compose(config, options.engineFactory, logger);
  const { deps } = composition;
  const app = buildServer(deps);
  const serverFile = join(config.dataDir, 'server.json');
  let https: Server | null = null;
  const loopbackHttps: Server[] = [];
  // Also when the process leaves without closing: whoever finds the file believes it.
  const removeServerFile = (): void => rmSync(serverFile, { force: true });
  const closeOpened = async (server: Server | null): Promise<void> =>
    server === null ? undefined : await closeListener(server, composition.deps.settings.closeGraceMs);
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    closing ??= closeInOrder([
      async () => {
        process.off('exit', removeServerFile);
        removeServerFile();
        return await Promise.resolve();
      },
      // At once: the application ends streams of all listeners.
      async () => await Promise.all([app.close(), ...[https, ...loopbackHttps].map(closeOpened)]),
      async () => await composition.close(),
    ]);
    await closing;
  };
  try {
    await storeAdministratorToken(config, composition, options.announce ?? ((line) => process.stdout.write(`${line}\n`)));
    await listen('port', config.port, async () => await app.listen({ host: config.host, port: config.port }));
    const url = urlOf('http', config.host, app.server.address() as AddressInfo);
    const httpsPort = config.httpsPort ?? 0;
    if (tls !== null)
      https = await listen(
        'httpsPort',
        httpsPort,
        async () => await listenHttps({ app, deps, tls, host: config.host, port: httpsPort, slowClientMs: deps.settings.slowClientMs }),
      );
    const httpsUrl = https === null ? null : urlOf('https', config.host, https.address() as AddressInfo);
    await composition.engine.listening?.({
      http: url,
      https: httpsUrl,
      openLoopbackHttps: async () => {
        // For lambdas, which may think for long between two reads; their jobs end, and their connections with them.
        const server = await listenHttps({ app, deps, tls: await selfSigned('127.0.0.1'), host: '127.0.0.1', port: 0, slowClientMs: 0 });
        loopbackHttps.push(server);
        return urlOf('https', '127.0.0.1', server.address() as AddressInfo);
      },
    });
    process.on('exit', removeServerFile);
    await writePrivately(serverFile, `${JSON.stringify({ url, pid: process.pid })}\n`);
    logger.info({ event: 'listening', url, httpsUrl }, 'accepting requests');
    return { url, httpsUrl, composition, close };
  } catch (error) {
    await closeAfterFailure(close, logger);
    throw error;
  }
}

function urlOf(scheme: 'http' | 'https', host: string, address: AddressInfo): string {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host;
  return `${scheme}://${reachable}:${address.port}`;
}

/** Names the setting to change when the address cannot be listened on. */
async function listen<T>(setting: 'port' | 'httpsPort', port: number, attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    throw isTaken
      ? settingError(setting, `${port} is taken by another program; choose another one, 0 takes any free one`, error)
      : settingError('host', 'it cannot be listened on', error);
  }
}

interface HttpsListener {
  readonly app: FastifyInstance;
  readonly deps: ServerDeps;
  readonly tls: TlsMaterial;
  readonly host: string;
  readonly port: number;
  readonly slowClientMs: number;
}

/** The same application behind a second listener. */
async function listenHttps({ app, deps, tls, host, port, slowClientMs }: HttpsListener): Promise<Server> {
  const server = createServer({ cert: tls.cert, key: tls.key }, (request, response) => app.routing(request, response));
  boundSlowClients(server, slowClientMs);
  server.on('clientError', (error, socket) => answerClientError(deps, error, socket as Socket));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return server;
}

/** Shown once and kept in a file that only the owner reads; a file that is there is left alone when there is no new token. */
async function storeAdministratorToken(config: ServeConfig, composition: Composition, announce: (line: string) => void): Promise<void> {
  const administrator = composition.firstAdministrator;
  if (administrator === null) return;
  const path = join(config.dataDir, 'admin.token');
  await writePrivately(path, `${administrator.token}\n`);
  announce(`Administrator token (also in ${path}): ${administrator.token}`);
}

/** For the owner only, and at once: nobody reads half of it. The data directory belongs to this process, so the other name is free. */
async function writePrivately(path: string, content: string): Promise<void> {
  const written = `${path}.new`;
  await rm(written, { force: true });
  await writeFile(written, content, { mode: 0o600 });
  await rename(written, path);
}
