/** Where database, registry, engine and HTTP come together. */
import { join } from 'node:path';
import {
  AddressData,
  openDatabase,
  Registry,
  takeDataDirectory,
  type Database,
  type DataDirectory,
  type ExecutionExtensions,
  type ExecutionService,
  type Files,
  type LambdaReport,
  type LambdaRuntime,
  type PodActivity,
  type Spaces,
  type StoreService,
} from '@laneway/engine';
import type { Logger } from 'pino';
import { IdpTokens } from './auth/idp-tokens.ts';
import { OidcProvider } from './auth/oidc.ts';
import { RequestRate } from './auth/request-rate.ts';
import type { JobTokenVerifier } from './auth/identity.ts';
import { closeAfterFailure, closeInOrder } from './close-in-order.ts';
import { ConfigError, settingError, type ServeConfig } from './config/config.ts';
import type { ServerDeps } from './deps.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { version } from './version.ts';

/** Open listeners, as URLs. */
export interface Listeners {
  readonly http: string;
  readonly https: string | null;
  /** Opens an HTTPS listener on a free port of loopback, with a self-signed certificate. */
  readonly openLoopbackHttps: () => Promise<string>;
}

/** What the HTTP server needs of a running engine. */
export interface RunningEngine {
  readonly executions: ExecutionService;
  readonly extensions: ExecutionExtensions;
  readonly stores: StoreService;
  readonly files: Files;
  readonly spaces: Spaces;
  readonly jobTokens: JobTokenVerifier;
  /** The catalogue of lambdas that the node runs by itself. */
  lambdas(): ReturnType<LambdaRuntime['list']>;
  /** What running lambdas meets on this machine: sandbox, limits, interpreters. */
  report(): Promise<LambdaReport>;
  /** What runs lambdas on this node; null where the runtime cannot tell. */
  activity?(): PodActivity | null;
  /** After the listeners are open: lambdas learn where to reach the server. */
  listening?(listeners: Listeners): Promise<void>;
  /** Stops in order; the database stays open. */
  stop(): Promise<void>;
}

export interface EngineParts {
  readonly config: ServeConfig;
  readonly database: Database;
  readonly registry: Registry;
  readonly providerId: string;
  readonly directory: DataDirectory;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

export type EngineFactory = (parts: EngineParts) => Promise<RunningEngine>;

export interface Composition {
  readonly deps: ServerDeps;
  readonly engine: RunningEngine;
  /** The administrator made for an empty database. */
  readonly firstAdministrator: { readonly userId: string; readonly token: string } | null;
  close(): Promise<void>;
}

/** Opens everything, or closes what was opened and rejects. */
export async function compose(config: ServeConfig, engineFactory: EngineFactory, logger: Logger): Promise<Composition> {
  const directory = ownDataDirectory(config.dataDir);
  try {
    return await composeIn(config, directory, engineFactory, logger);
  } catch (error) {
    directory.release();
    throw error;
  }
}

function takeOrRefuse(path: string): ReturnType<typeof takeDataDirectory> {
  try {
    return takeDataDirectory(path);
  } catch (error) {
    throw settingError('dataDir', `${path} cannot be used as a directory`, error);
  }
}

/** Nothing is opened before the directory is ours: its database file belongs to one process (design §5). */
function ownDataDirectory(path: string): DataDirectory {
  const taken = takeOrRefuse(path);
  if (taken.kind === 'owned') return taken.directory;
  const owner = taken.pid === null ? 'another process' : `process ${taken.pid}`;
  throw new ConfigError(`dataDir: ${path} is in use by ${owner}: stop it, or choose another directory with --data-dir`);
}

async function openConfigured({ databaseUrl, dataDir }: ServeConfig, logger: Logger): Promise<Database> {
  if (databaseUrl === null) return await openDatabase({ kind: 'file', path: join(dataDir, 'laneway.sqlite') }, logger);
  try {
    return await openDatabase({ kind: 'postgres', url: databaseUrl }, logger);
  } catch (error) {
    throw settingError('databaseUrl', 'the database cannot be used', error);
  }
}

async function loadAddresses(path: string): Promise<AddressData> {
  try {
    return await AddressData.load(path);
  } catch (error) {
    throw settingError('addressData', `${path} cannot be used`, error);
  }
}

function idpTokensOf(provider: OidcProvider, logger: Logger): IdpTokens | null {
  const prefix = provider.settings.tokenPrefix;
  if (prefix === null) return null;
  const failed = (error: unknown): void =>
    logger.warn({ event: 'idpTokenNotAsked', idp: provider.idp, err: error }, 'the identity provider could not be asked about a token');
  return new IdpTokens({ prefix, provider, failed, nowMs: () => performance.now() });
}

async function composeIn(
  config: ServeConfig,
  directory: DataDirectory,
  engineFactory: EngineFactory,
  logger: Logger,
): Promise<Composition> {
  const database = await openConfigured(config, logger);
  const opened = [async () => await database.close()];
  try {
    const registry = new Registry(database, 'laneway');
    if (config.addressData !== null) registry.tokens.useAddresses(await loadAddresses(config.addressData));
    const providerId = await registry.providerId();
    const metrics = createMetrics();
    const engine = await engineFactory({ config, database, registry, providerId, directory, metrics, logger });
    opened.unshift(async () => await engine.stop());
    // Last, because its token is shown once: a start that is refused must not use up the first one.
    const firstAdministrator = await registry.createFirstAdministrator();
    const oidc = config.oidc === null ? null : new OidcProvider(config.oidc);
    const { executions, extensions, stores, files, spaces, jobTokens } = engine;
    const deps: ServerDeps = {
      registry,
      executions,
      extensions,
      stores,
      files,
      spaces,
      jobTokens,
      metrics,
      requestRate:
        config.requestRate === null
          ? null
          : new RequestRate({
              ...config.requestRate,
              nowMs: () => performance.now(),
              refused: (requester) => metrics.observeOverRate(requester),
            }),
      oidc,
      idpTokens: oidc === null ? null : idpTokensOf(oidc, logger),
      lambdas: { list: () => engine.lambdas(), report: async () => await engine.report(), activity: () => engine.activity?.() ?? null },
      providerId,
      version,
      logger,
      settings: {
        bodyLimitBytes: config.bodyLimitBytes,
        slowClientMs: config.slowClientMs,
        metricsToken: config.metricsToken,
        basicAuth: config.basicAuth,
        sessionMaxMs: config.sessionMaxMs,
        sessionIdleMs: config.sessionIdleMs,
        sessionRotateMs: 600_000,
        publicUrl: config.publicUrl,
        trustProxy: config.trustProxy,
        keepAliveMs: 15_000,
        progressIntervalMs: 500,
        accessIntervalMs: 5000,
        closeGraceMs: 5000,
      },
    };
    const close = async (): Promise<void> => await closeInOrder([...opened, async () => directory.release()]);
    return { deps, engine, firstAdministrator, close };
  } catch (error) {
    await closeAfterFailure(async () => await closeInOrder(opened), logger);
    throw error;
  }
}
