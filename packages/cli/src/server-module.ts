/** The server package is loaded only when a server runs in this process: the other commands start quickly without it. */
import type { RawConfig } from '@laneway/server';

export interface StartRequest {
  /** Options as they were given: absent means "from the environment, the file, or the default". */
  readonly options: RawConfig;
  /** Path of the configuration file. */
  readonly file: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  /** Told the administrator's token when it is made. */
  readonly announce: (line: string) => void;
}

/** A server that listens. */
export interface StartedServer {
  readonly url: string;
  readonly dataDir: string;
  /** Token of the administrator that was just made, because the database was empty (interfaces, First start). */
  readonly firstToken: string | undefined;
  /** An empty database shall get the demo. */
  readonly wantsDemo: boolean;
  /** Stops taking work, lets jobs finish for `drainSec`, and closes everything. */
  readonly close: () => Promise<void>;
}

export async function startServer({ options, file, env, announce }: StartRequest): Promise<StartedServer> {
  const module = await import('@laneway/server');
  const config = module.loadConfig({ options, variables: env, file: file ?? env['LANEWAY_CONFIG'] ?? null });
  const server = await module.startServer(config, { engineFactory: module.engineFactory, announce });
  const firstToken = server.composition.firstAdministrator?.token;
  return { url: server.url, dataDir: config.dataDir, firstToken, wantsDemo: config.demo, close: async () => await server.close() };
}

/** The effective settings by name, for `doctor`; secrets are not shown. */
export async function effectiveSettings(options: RawConfig, env: NodeJS.ProcessEnv): Promise<Readonly<Record<string, string>>> {
  const { describeSettings } = await import('@laneway/server');
  return describeSettings({ options, variables: env, file: env['LANEWAY_CONFIG'] ?? null });
}
