/**
 * Virtual environments of Python lambdas, built once per content and kept in the cache directory.
 *
 * Ownership: a build belongs to everybody who waits for it; it is killed when the last of them gives up. A finished
 * environment is moved into place in one step, so a directory under its final name is always complete.
 */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bind, Launch } from '../sandbox/command.ts';
import { NOBODY, type Isolation } from '../sandbox/isolation.ts';
import { COOKIE_VARIABLE } from '../sandbox/process-table.ts';
import { SandboxedProcess } from '../sandbox/sandboxed-process.ts';
import type { PythonInterpreter } from './python-interpreter.ts';

/** Where an environment lies inside the sandbox; scripts in it carry this path. */
export const ENVIRONMENT_INSIDE = '/laneway/venv';
const MAX_REPORT_CHARACTERS = 4_000;

export type BuiltEnvironment = { readonly ok: true; readonly path: string } | { readonly ok: false; readonly reason: string };

interface Build {
  readonly key: string;
  readonly result: Promise<BuiltEnvironment>;
  readonly abort: AbortController;
  waiterCount: number;
}

export class VirtualEnvironments {
  readonly #cacheDir: string;
  readonly #isolation: Isolation;
  readonly #warn: (fields: Readonly<Record<string, unknown>>, event: string) => void;
  /** Those that a newcomer may wait for; a build that was given up is not among them. */
  readonly #builds = new Map<string, Build>();
  readonly #running = new Set<Promise<BuiltEnvironment>>();
  readonly #removals = new Set<Promise<void>>();

  constructor(cacheDir: string, isolation: Isolation, warn: (fields: Readonly<Record<string, unknown>>, event: string) => void) {
    this.#cacheDir = join(cacheDir, 'python');
    this.#isolation = isolation;
    this.#warn = warn;
  }

  /** Ends every build; resolves when nothing of them is left. */
  async close(): Promise<void> {
    for (const build of this.#builds.values()) {
      build.abort.abort();
    }
    await Promise.all(this.#running);
    await Promise.all(this.#removals);
  }

  /** The environment for these requirements, built when it is not there yet. */
  async provide(python: PythonInterpreter, requirements: readonly string[], signal: AbortSignal): Promise<BuiltEnvironment> {
    const key = this.#key(python, requirements);
    const path = join(this.#cacheDir, key);
    if ((await stat(path).catch(() => null))?.isDirectory()) {
      return { ok: true, path };
    }
    const build = this.#builds.get(key) ?? this.#begin(key, path, python, requirements);
    build.waiterCount += 1;
    return await this.#wait(build, signal);
  }

  #key(python: PythonInterpreter, requirements: readonly string[]): string {
    const content = JSON.stringify([python.executable, python.version, this.#isolation.kind, requirements]);
    return createHash('sha256').update(content).digest('hex').slice(0, 32);
  }

  #begin(key: string, path: string, python: PythonInterpreter, requirements: readonly string[]): Build {
    const abort = new AbortController();
    const result = this.#build(path, python, requirements, abort.signal)
      .catch((error: unknown): BuiltEnvironment => ({ ok: false, reason: error instanceof Error ? error.message : String(error) }))
      .finally(() => {
        this.#running.delete(result);
        this.#forget(build);
      });
    const build: Build = { key, result, abort, waiterCount: 0 };
    this.#builds.set(key, build);
    this.#running.add(result);
    return build;
  }

  #forget(build: Build): void {
    if (this.#builds.get(build.key) === build) {
      this.#builds.delete(build.key);
    }
  }

  async #wait(build: Build, signal: AbortSignal): Promise<BuiltEnvironment> {
    const gaveUp = Promise.withResolvers<null>();
    const onAbort = (): void => gaveUp.resolve(null);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) {
      onAbort();
    }
    const first = await Promise.race([build.result, gaveUp.promise]);
    signal.removeEventListener('abort', onAbort);
    build.waiterCount -= 1;
    if (first !== null) {
      return first;
    }
    if (build.waiterCount === 0) {
      this.#forget(build);
      build.abort.abort();
      await build.result;
    }
    return { ok: false, reason: 'The preparation was stopped.' };
  }

  async #build(path: string, python: PythonInterpreter, requirements: readonly string[], signal: AbortSignal): Promise<BuiltEnvironment> {
    const directory = join(this.#cacheDir, `building-${randomUUID()}`);
    try {
      await mkdir(directory, { recursive: true, mode: 0o755 });
      await mkdir(join(directory, 'venv'), { mode: 0o755 });
      await mkdir(join(directory, 'tmp'), { mode: 0o755 });
      await writeFile(join(directory, 'requirements.txt'), `${requirements.join('\n')}\n`);
      const report = await this.#runSteps(directory, python, signal);
      if (report !== null) {
        return { ok: false, reason: report };
      }
      // Another build of the same content may have been faster.
      await rename(join(directory, 'venv'), path).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') {
          throw error;
        }
      });
      return { ok: true, path };
    } finally {
      this.#remove(directory);
    }
  }

  /** Whoever stops a build waits for its processes, not for the removal of thousands of files. */
  #remove(directory: string): void {
    const removal = rm(directory, { recursive: true, force: true, maxRetries: 3 })
      .catch((error: unknown) => this.#warn({ error }, 'lambdas.directoryLeft'))
      .finally(() => this.#removals.delete(removal));
    this.#removals.add(removal);
  }

  /** null, or the end of what the failing step said. */
  async #runSteps(directory: string, python: PythonInterpreter, signal: AbortSignal): Promise<string | null> {
    const isSandboxed = this.#isolation.kind === 'bwrap';
    const inside = isSandboxed ? ENVIRONMENT_INSIDE : join(directory, 'venv');
    const list = isSandboxed ? '/laneway/requirements.txt' : join(directory, 'requirements.txt');
    const steps = buildSteps(python, inside, list);
    const isRoot = this.#isolation.kind === 'bwrap' && this.#isolation.asRoot;
    if (isRoot) {
      await chown(join(directory, 'venv'), NOBODY.uid, NOBODY.gid);
      await chown(join(directory, 'tmp'), NOBODY.uid, NOBODY.gid);
    }
    for (const program of steps) {
      if (signal.aborted) {
        return 'The preparation was stopped.';
      }
      const cookie = randomUUID();
      const tmp = isSandboxed ? '/tmp' : join(directory, 'tmp');
      const launch: Launch = {
        program,
        environment: buildEnvironment(tmp, cookie),
        binds: buildBinds(directory, python),
        network: true,
        identity: isRoot ? NOBODY : null,
        workingDirectory: tmp,
      };
      const report = await runToEnd(new SandboxedProcess(this.#isolation, launch, cookie), signal);
      if (report !== null) {
        return `The Python environment could not be built (${program.slice(1).join(' ')}): ${report}`;
      }
    }
    return null;
  }
}

/** The interpreter's own pip is used where there is one: installing another into each environment takes most of the time. */
function buildSteps(python: PythonInterpreter, inside: string, list: string): string[][] {
  const install = ['install', '--no-cache-dir', '--no-input', '-r', list];
  const own = join(inside, 'bin/python');
  return python.canInstallElsewhere
    ? [
        [python.executable, '-I', '-m', 'venv', '--without-pip', inside],
        [python.executable, '-m', 'pip', '--python', own, ...install],
      ]
    : [
        [python.executable, '-I', '-m', 'venv', inside],
        [own, '-m', 'pip', ...install],
      ];
}

function buildBinds(directory: string, python: PythonInterpreter): Bind[] {
  const readable = [...python.prefixes, ...pipPaths()];
  return [
    // First, since what pip is told to read may lie below it.
    { source: join(directory, 'tmp'), target: '/tmp', writable: true },
    ...readable.map((path) => ({ source: path, target: path, writable: false })),
    { source: join(directory, 'venv'), target: ENVIRONMENT_INSIDE, writable: true },
    { source: join(directory, 'requirements.txt'), target: '/laneway/requirements.txt', writable: false },
  ];
}

/** Files and directories that the server's pip configuration names. */
function pipPaths(): string[] {
  const named = Object.entries(pipVariables()).flatMap(([, value]) => value.split(/\s+/));
  return [...new Set(['/etc/pip.conf', ...named])].filter(
    (path) => path.startsWith('/') && !path.startsWith('/etc/ssl/') && existsSync(path),
  );
}

function pipVariables(): Record<string, string> {
  const names = /^(PIP_.*|(https?|no|all)_proxy|SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE)$/i;
  return Object.fromEntries(Object.entries(process.env).flatMap(([name, value]) => (names.test(name) && value ? [[name, value]] : [])));
}

function buildEnvironment(tmp: string, cookie: string): Record<string, string> {
  return {
    ...pipVariables(),
    PATH: '/usr/bin:/bin',
    HOME: tmp,
    TMPDIR: tmp,
    LANG: 'C.UTF-8',
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    [COOKIE_VARIABLE]: cookie,
  };
}

async function runToEnd(process: SandboxedProcess, signal: AbortSignal): Promise<string | null> {
  let output = '';
  for (const stream of [process.stdout, process.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-MAX_REPORT_CHARACTERS);
    });
  }
  const stopped = Promise.withResolvers<string>();
  const abort = (): void => stopped.resolve('stopped');
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) {
    abort();
  }
  const how = await Promise.race([process.ended, stopped.promise]);
  signal.removeEventListener('abort', abort);
  await process.kill();
  process.control.destroy();
  return how === 'exit code 0' ? null : `${how}\n${output.trim()}`;
}
