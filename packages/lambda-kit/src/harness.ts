/** Runs a lambda on one batch in the test's own process: no engine, no sandbox, a directory for files and streams. */
import { mkdtemp, mkdir, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createContext } from './context.ts';
import type { Lambda } from './define.ts';

export interface RunLambdaOptions {
  readonly argsBatch: readonly Readonly<Record<string, unknown>>[];
  readonly config?: Readonly<Record<string, unknown>>;
  /** Further fields of the request's `ctx`. */
  readonly ctx?: Readonly<Record<string, unknown>>;
  /** File id → path of a file or directory that the lambda finds under this id. */
  readonly files?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface RunLambdaReport {
  /** What the engine would receive, after a round through JSON. */
  readonly response: unknown;
  /** Result name → values in order of appearance. */
  readonly streamed: Readonly<Record<string, readonly unknown[]>>;
  readonly heartbeatCount: number;
}

/** Rejects with what the lambda throws; removes its directory in any case. */
export async function runLambda(lambda: Lambda, options: RunLambdaOptions): Promise<RunLambdaReport> {
  const directory = await mkdtemp(join(tmpdir(), 'lambda-'));
  const outDirectory = join(directory, 'out');
  const mountPoint = join(directory, 'mount');
  let heartbeatCount = 0;
  try {
    await mkdir(outDirectory);
    await mkdir(mountPoint);
    for (const [fileId, path] of Object.entries(options.files ?? {})) {
      await symlink(resolve(path), join(mountPoint, `.__onedata__file_id__${fileId}`));
    }
    const request = { ctx: { logLevel: 'info', ...options.ctx, config: options.config ?? {} }, argsBatch: options.argsBatch };
    const context = createContext(request.ctx, {
      outDirectory,
      mountPoint,
      signal: options.signal ?? new AbortController().signal,
      heartbeat: () => {
        heartbeatCount += 1;
      },
    });
    const answer = await lambda.handle(request, context);
    const response: unknown = JSON.parse(JSON.stringify(answer ?? null));
    return { response, streamed: await readStreams(outDirectory), heartbeatCount };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function readStreams(outDirectory: string): Promise<Record<string, readonly unknown[]>> {
  const streamed: Record<string, readonly unknown[]> = {};
  for (const name of await readdir(outDirectory)) {
    const text = await readFile(join(outDirectory, name), 'utf8');
    streamed[name] = text
      .split('\n')
      .filter((line) => line !== '')
      .map((line): unknown => JSON.parse(line));
  }
  return streamed;
}
