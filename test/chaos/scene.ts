/** A database, processes that run engines over it, and an engine of the test that only schedules and looks. */
import { fork, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultEngineConfig, Engine, openDatabase, silentLogger, type DatabaseLocation } from '@laneway/engine';
import { InProcessRuntime } from '../support/in-process-runtime.ts';
import { testDatabaseUrl } from '../support/postgres.ts';
import type { TestPostgres } from '../support/postgres-server.ts';
import type { TestEngine } from '../support/test-engine.ts';

export interface ProcessSettings {
  readonly nodeId: string;
  readonly jobMs: number;
  /** Hints between nodes (default: on). */
  readonly notify?: boolean;
}

export interface Scene {
  readonly observer: Engine;
  readonly test: TestEngine;
  readonly callsFile: string;
  readonly location: DatabaseLocation;
  /** Where processes keep files; they share it. */
  readonly directory: string;
  /** Of the database; empty on SQLite. */
  readonly url: string;
  readonly startProcess: (settings: ProcessSettings) => Promise<ChildProcess>;
  readonly kill: (child: ChildProcess) => Promise<void>;
  /** Resolves when handlers were called at least this often. */
  readonly untilCalls: (count: number) => Promise<void>;
  readonly calls: () => Promise<readonly { readonly at: number; readonly nodeId: string }[]>;
}

const children = new Set<ChildProcess>();
const cleanups: (() => Promise<void>)[] = [];

/** Ends everything that scenes of this file started. */
export async function cleanScenes(): Promise<void> {
  await Promise.all([...children].map(kill));
  for (const cleanup of cleanups.splice(0)) await cleanup();
}

/** `server`: a PostgreSQL of the test's own instead of the one of all tests. */
export async function newScene(kind: 'sqlite' | 'postgres', server?: TestPostgres): Promise<Scene> {
  const directory = await mkdtemp(join(tmpdir(), 'laneway-chaos-'));
  cleanups.push(async () => await rm(directory, { recursive: true, force: true }));
  const url = kind === 'sqlite' ? '' : await testDatabaseUrl('chaos', server?.url);
  const location: DatabaseLocation = url === '' ? { kind: 'file', path: join(directory, 'laneway.db') } : { kind: 'postgres', url };
  const callsFile = join(directory, 'calls');
  await writeFile(callsFile, '');
  const database = await openDatabase(location);
  cleanups.unshift(async () => await database.close());
  const runtime = new InProcessRuntime({});
  // It is never started: it drives nothing and runs nothing.
  const observer = new Engine({
    config: defaultEngineConfig(directory, 'observer'),
    database,
    runtime,
    files: { pythonCommand: null },
    environment: { open: async () => await Promise.resolve({}), close: () => undefined },
    log: silentLogger,
  });
  const space = await observer.spaces.create({ name: 'space', path: null, readonly: false, ownerUserId: 'user' });
  if (!space.ok) throw new Error(space.error.description);
  const test: TestEngine = {
    engine: observer,
    runtime,
    database,
    spaceId: space.value.id,
    spaceDirectory: space.value.path,
    close: async () => await Promise.resolve(),
  };
  const calls = async (): Promise<{ at: number; nodeId: string }[]> => {
    const lines = (await readFile(callsFile, 'utf8')).split('\n').filter((line) => line !== '');
    return lines.map((line) => ({ at: Number(line.split(' ')[0]), nodeId: line.split(' ')[1] ?? '' }));
  };
  return {
    observer,
    test,
    location,
    directory,
    url,
    callsFile,
    calls,
    startProcess: async (settings) => await startProcess({ notify: true, ...settings, location, dataDir: directory, callsFile }),
    kill,
    untilCalls: async (count) => {
      const deadline = performance.now() + 60_000;
      for (;;) {
        const { length } = await calls();
        if (length >= count) return;
        if (performance.now() > deadline) throw new Error(`only ${length} calls after a minute`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
  };
}

async function startProcess(settings: unknown): Promise<ChildProcess> {
  const child = fork(new URL('./engine-process.ts', import.meta.url), [JSON.stringify(settings)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  children.add(child);
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve());
    child.once('exit', (code) => reject(new Error(`the engine process ended with ${code}`)));
  });
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  children.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGKILL');
  await ended;
}
