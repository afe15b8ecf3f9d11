/** Where database, registry, engine and HTTP come together. */
import { join } from 'node:path';
import {
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
  type Spaces,
  type StoreService,
} from '@laneway/engine';
import type { Logger } from 'pino';
import type { JobTokenVerifier } from './auth/identity.ts';
import { ConfigError, type ServeConfig } from './config/config.ts';
import type { ServerDeps } from './deps.ts';
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

/** Nothing is opened before the directory is ours: its database file belongs to one process (design §5). */
function ownDataDirectory(path: string): DataDirectory {
  const taken = takeDataDirectory(path);
  if (taken.kind === 'owned') return taken.directory;
  const owner = taken.pid === null ? 'another process' : `process ${taken.pid}`;
  throw new ConfigError(`dataDir: ${path} is in use by ${owner}: stop it, or choose another directory with --data-dir`);
}

async function composeIn(
  config: ServeConfig,
  directory: DataDirectory,
  engineFactory: EngineFactory,
  logger: Logger,
): Promise<Composition> {
  const database = await openDatabase(
    config.databaseUrl === null
      ? { kind: 'file', path: join(config.dataDir, 'laneway.sqlite') }
      : { kind: 'postgres', url: config.databaseUrl },
  );
  try {
    const registry = new Registry(database, 'laneway');
    const providerId = await registry.providerId();
    const firstAdministrator = await registry.createFirstAdministrator();
    const engine = await engineFactory({ config, database, registry, providerId, directory, logger });
    const { executions, extensions, stores, files, spaces, jobTokens } = engine;
    const deps: ServerDeps = {
      registry,
      executions,
      extensions,
      stores,
      files,
      spaces,
      jobTokens,
      lambdas: { list: () => engine.lambdas(), report: async () => await engine.report() },
      providerId,
      version,
      logger,
      settings: {
        bodyLimitBytes: config.bodyLimitBytes,
        metricsToken: config.metricsToken,
        publicUrl: config.publicUrl,
        trustProxy: config.trustProxy,
        keepAliveMs: 15_000,
        progressIntervalMs: 500,
      },
    };
    const close = async (): Promise<void> => {
      const results = await Promise.allSettled([engine.stop()]);
      results.push(...(await Promise.allSettled([database.close()])));
      directory.release();
      const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
      if (failures.length > 0) throw new AggregateError(failures, 'the server did not stop cleanly');
    };
    return { deps, engine, firstAdministrator, close };
  } catch (error) {
    await database.close().catch(() => undefined);
    throw error;
  }
}
