/** The server under fuzzing, with a provider of identities, and what it holds: memory and open files. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServerProcess, type ServerProcess } from '../../bench/server-process.ts';
import { clientId, clientSecret, IdentityProvider } from '../../packages/server/test/support/identity-provider.ts';
import { measured, type Memory } from './memory.ts';

export interface FuzzedServer extends ServerProcess {
  readonly identity: IdentityProvider;
  /** Open now, sockets included. */
  readonly openFiles: () => number;
  /** When no more than so many are open, or after a while; how many there are. */
  readonly settledFiles: (most: number) => Promise<number>;
  /** After a collection of its garbage. */
  readonly memory: () => Promise<Memory>;
}

const settleMs = 60_000;

/** null: SQLite in a directory of its own. */
export async function startFuzzedServer(databaseUrl: string | null = null): Promise<FuzzedServer> {
  const identity = await IdentityProvider.start();
  const directory = mkdtempSync(join(tmpdir(), 'laneway-fuzz-memory-'));
  const memoryFile = join(directory, 'memory.json');
  const server = await startServerProcess({
    LANEWAY_LOG_LEVEL: 'warn',
    LANEWAY_OIDC_ISSUER: identity.issuer,
    LANEWAY_OIDC_CLIENT_ID: clientId,
    LANEWAY_OIDC_CLIENT_SECRET: clientSecret,
    // Nobody is really sent there.
    LANEWAY_OIDC_REDIRECT_URL: 'http://127.0.0.1/api/v3/onezone/session/oidc/callback',
    LANEWAY_OIDC_SIGN_UP: 'true',
    FUZZ_MEMORY_FILE: memoryFile,
    // As `npm start` does.
    MALLOC_ARENA_MAX: process.env['MALLOC_ARENA_MAX'] ?? '2',
    NODE_OPTIONS: `--import=${new URL('./memory-probe.ts', import.meta.url).href}`,
    ...(databaseUrl === null ? {} : { LANEWAY_DATABASE_URL: databaseUrl }),
  });
  const openFiles = (): number => readdirSync(`/proc/${server.pid}/fd`).length;
  return {
    ...server,
    identity,
    openFiles,
    settledFiles: async (most) => {
      const deadline = performance.now() + settleMs;
      while (openFiles() > most && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 100));
      return openFiles();
    },
    memory: async () => await measured(server.pid, memoryFile),
    stop: async () => {
      await server.stop();
      await identity.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
