/** A runtime with everything in a temporary directory, a task to prepare, and jobs to run. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobOutcome, LambdaHandle, ReportingLambdaRuntime, TaskToPrepare } from '@laneway/engine';
import { createLambdaRuntime } from '@laneway/engine';

export interface Bench {
  readonly directory: string;
  /** Root of the space. */
  readonly spaceRoot: string;
  readonly lambdaDir: string;
  readonly runtime: ReportingLambdaRuntime;
  close(): Promise<void>;
}

export async function openBench(options: {
  readonly sandbox: 'required' | 'off';
  readonly lambdas?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly concurrency?: number;
  readonly leaseMs?: number;
  readonly lambdaDirs?: readonly string[];
}): Promise<Bench> {
  const directory = await mkdtemp(join(tmpdir(), 'laneway-lambdas-'));
  const lambdaDir = join(directory, 'lambdas');
  const spaceRoot = join(directory, 'space');
  await mkdir(spaceRoot);
  await mkdir(lambdaDir);
  for (const [name, files] of Object.entries(options.lambdas ?? {})) {
    await mkdir(join(lambdaDir, name));
    for (const [file, text] of Object.entries(files)) {
      await writeFile(join(lambdaDir, name, file), text);
    }
  }
  const created = await createLambdaRuntime({
    lambdaDirs: [lambdaDir, ...(options.lambdaDirs ?? [])],
    cacheDir: join(directory, 'cache'),
    workDir: join(directory, 'work'),
    sandbox: options.sandbox,
    loopbackOnly: true,
    concurrency: options.concurrency ?? 1,
    leaseMs: options.leaseMs ?? 6_000,
  });
  if (!created.ok) {
    throw new Error(created.error.description);
  }
  const runtime = created.value;
  return {
    directory,
    spaceRoot,
    lambdaDir,
    runtime,
    close: async () => {
      await runtime.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export function taskFor(
  bench: { readonly spaceRoot: string },
  image: string,
  options: {
    readonly streams?: readonly string[];
    readonly readonly?: boolean;
    readonly mountPoint?: string;
    readonly logLevel?: string;
  } = {},
): TaskToPrepare {
  return {
    executionId: 'e1',
    laneRunId: 'l1',
    taskId: 't1',
    lambdaId: 'lambda1',
    lambdaRevision: {
      name: image,
      summary: '',
      description: '',
      operationSpec: {
        engine: 'openfaas',
        dockerImage: image,
        dockerExecutionOptions: {
          readonly: options.readonly ?? false,
          mountOneclient: true,
          oneclientMountPoint: options.mountPoint ?? '/mnt/onedata',
          oneclientOptions: '',
        },
      },
      configParameterSpecs: [],
      argumentSpecs: [],
      resultSpecs: (options.streams ?? []).map((name) => ({
        name,
        dataSpec: { type: 'object' } as never,
        relayMethod: 'filePipe' as const,
      })),
      preferredBatchSize: 100,
      resourceSpec: {
        cpuRequested: 0.1,
        cpuLimit: null,
        memoryRequested: 1,
        memoryLimit: null,
        ephemeralStorageRequested: 1,
        ephemeralStorageLimit: null,
      },
      state: 'draft',
    },
    space: { spaceId: 'space1', name: 'krakow', root: bench.spaceRoot, readonly: false },
    logLevel: options.logLevel ?? 'info',
  };
}

export async function prepare(bench: Bench, task: TaskToPrepare): Promise<LambdaHandle> {
  const prepared = await bench.runtime.prepare(task, new AbortController().signal);
  if (prepared.kind === 'failed') {
    throw new Error(prepared.reason);
  }
  return prepared.handle;
}

export interface Observed {
  readonly outcome: JobOutcome;
  readonly output: string;
  readonly heartbeatCount: number;
}

let jobCount = 0;

export interface JobOptions {
  readonly config?: Record<string, unknown>;
  readonly ctx?: Record<string, unknown>;
  readonly files?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly graceMs?: number;
  readonly onHeartbeat?: () => void;
  readonly onOutput?: (text: string) => void;
}

export async function runJob(
  handle: LambdaHandle,
  argsBatch: readonly Record<string, unknown>[],
  options: JobOptions = {},
): Promise<Observed> {
  let output = '';
  let heartbeatCount = 0;
  jobCount += 1;
  const outcome = await handle.run(
    {
      jobId: `job${jobCount}`,
      request: { ctx: { logLevel: 'info', ...options.ctx, config: options.config ?? {} }, argsBatch },
      fileLinks: Object.entries(options.files ?? {}).map(([fileId, path]) => ({ fileId, path })),
    },
    {
      signal: options.signal ?? new AbortController().signal,
      graceMs: options.graceMs ?? 1_000,
      onHeartbeat: () => {
        heartbeatCount += 1;
        options.onHeartbeat?.();
      },
      onOutput: (text) => {
        output += text;
        options.onOutput?.(text);
      },
    },
  );
  return { outcome, output, heartbeatCount };
}

export const SANDBOX_MODES = ['required', 'off'] as const;

export function pythonLambda(handler: string, extra = ''): Readonly<Record<string, string>> {
  return { 'lambda.yaml': `name: test\nimages: [test]\npython: handler.py\n${extra}`, 'handler.py': handler };
}
