/** The server under fuzzing, and what it holds: memory and open files. */
import { readdirSync } from 'node:fs';
import { startServerProcess, type ServerProcess } from '../../bench/server-process.ts';

export interface FuzzedServer extends ServerProcess {
  /** Open now, sockets included. */
  readonly openFiles: () => number;
  /** When no more than so many are open, or after a while; how many there are. */
  readonly settledFiles: (most: number) => Promise<number>;
}

const settleMs = 60_000;

export async function startFuzzedServer(): Promise<FuzzedServer> {
  const server = await startServerProcess({ LANEWAY_LOG_LEVEL: 'warn' });
  const openFiles = (): number => readdirSync(`/proc/${server.pid}/fd`).length;
  return {
    ...server,
    openFiles,
    settledFiles: async (most) => {
      const deadline = performance.now() + settleMs;
      while (openFiles() > most && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 100));
      return openFiles();
    },
  };
}
