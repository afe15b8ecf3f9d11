/** Puts the runtimes together: catalogue first, then the kind of runtime that the found lambda asks for (design §7). */
import { mkdir, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { ok, refuse, type Result } from '@laneway/model';
import { loadCatalogue, type LambdaCatalogue } from './catalogue/lambda-catalogue.ts';
import { openHttpLambda } from './http/http-runtime.ts';
import { defaultKitDir } from './local/launch-plan.ts';
import { LocalRuntime } from './local/local-runtime.ts';
import { PodRegistry, type PodActivity } from './pods.ts';
import type { LambdaRuntime, PrepareOutcome, TaskToPrepare } from './runtime.ts';
import { decideIsolation, type Isolation, type SandboxMode } from './sandbox/isolation.ts';
import { endStaleSandboxes } from './sandbox/stale-sandboxes.ts';

export interface LambdaLogger {
  warn(fields: Readonly<Record<string, unknown>>, event: string): void;
  info(fields: Readonly<Record<string, unknown>>, event: string): void;
}

export interface LambdaRuntimeOptions {
  /** Folders given with `--lambdas`; they win over the built-in catalogue. */
  readonly lambdaDirs: readonly string[];
  /** Kept between starts: virtual environments. */
  readonly cacheDir: string;
  /** This node's alone, emptied at start: private directories of runners. */
  readonly workDir: string;
  readonly sandbox: SandboxMode;
  /** Whether the server can be reached from this machine only. */
  readonly loopbackOnly: boolean;
  /** Runners per task where lambda.yaml says nothing; default: cores. */
  readonly concurrency?: number;
  readonly leaseMs: number;
  /** Image → folder or URL; wins over everything. */
  readonly mappings?: Readonly<Record<string, string>>;
  /** Variables for lambdas with `network: true`, such as VERIFY_SSL_CERTIFICATES. */
  readonly networkEnvironment?: Readonly<Record<string, string>>;
  readonly logger?: LambdaLogger;
  readonly builtInDir?: string;
  readonly kitDir?: string;
}

/** What `laneway doctor` says about lambdas on this node. */
export interface LambdaReport {
  readonly sandbox: { readonly kind: 'bwrap' | 'none'; readonly detail: string };
  readonly limits: string;
  readonly python: string;
  readonly node: string;
  readonly lambdaCount: number;
}

export interface ReportingLambdaRuntime extends LambdaRuntime {
  report(): Promise<LambdaReport>;
  /** What runs the lambdas of executions on this node. */
  activity(): PodActivity;
}

/** Refuses when a lambda.yaml is wrong or a sandbox is required and does not work; the description says all of it. */
export async function createLambdaRuntime(options: LambdaRuntimeOptions): Promise<Result<ReportingLambdaRuntime>> {
  const builtInDir = options.builtInDir ?? join(import.meta.dirname, '../../../../lambdas');
  const loaded = await loadCatalogue({ lambdaDirs: options.lambdaDirs, builtInDir, mappings: options.mappings ?? {} });
  if (!loaded.ok) {
    return refuse(configurationError('lambdas', loaded.problems.join('\n')));
  }
  const decided = await decideIsolation(options.sandbox, options.loopbackOnly);
  if (!decided.ok) {
    return refuse(configurationError('sandbox', decided.reason));
  }
  if (decided.warning !== null) {
    options.logger?.warn({ reason: decided.warning }, 'lambdas.noSandbox');
  }
  endStaleSandboxes(join(options.workDir, 'runners'));
  await rm(join(options.workDir, 'runners'), { recursive: true, force: true });
  await mkdir(options.workDir, { recursive: true });
  await mkdir(options.cacheDir, { recursive: true });
  return ok(assemble(options, loaded.catalogue, decided.isolation));
}

function assemble(options: LambdaRuntimeOptions, catalogue: LambdaCatalogue, isolation: Isolation): ReportingLambdaRuntime {
  const concurrency = options.concurrency ?? availableParallelism();
  const pods = new PodRegistry();
  const local = new LocalRuntime({
    isolation,
    cacheDir: options.cacheDir,
    workDir: options.workDir,
    kitDir: options.kitDir ?? defaultKitDir(),
    concurrency,
    leaseMs: options.leaseMs,
    networkEnvironment: options.networkEnvironment ?? {},
    pods,
    warn: (fields, event) => options.logger?.warn(fields, event),
  });
  return {
    prepare: async (task, signal) => await prepare(catalogue, local, concurrency, task, signal),
    list: () => catalogue.entries().map(({ name, images, source, kind }) => ({ name, images, source, kind })),
    close: async () => await local.close(),
    report: async () => await report(catalogue, local, isolation),
    activity: () => pods,
  };
}

async function prepare(
  catalogue: LambdaCatalogue,
  local: LocalRuntime,
  concurrency: number,
  task: TaskToPrepare,
  signal: AbortSignal,
): Promise<PrepareOutcome> {
  const { operationSpec } = task.lambdaRevision;
  if (operationSpec.engine !== 'openfaas') {
    return { kind: 'failed', reason: `Lambdas of the engine "${operationSpec.engine}" cannot be run.` };
  }
  const found = catalogue.find(operationSpec.dockerImage);
  if (found.kind === 'missing') {
    // What was tried is added to the reason by the one who reports it.
    return { kind: 'failed', reason: `Nothing runs the image "${operationSpec.dockerImage}"`, tried: found.tried };
  }
  const { entry } = found;
  if (entry.kind === 'http') {
    return { kind: 'ready', handle: openHttpLambda(entry.entry, entry.concurrency ?? concurrency) };
  }
  return entry.folder === null
    ? { kind: 'failed', reason: `The lambda "${entry.name}" has no folder.` }
    : await local.prepare(entry, entry.folder, task, signal);
}

async function report(catalogue: LambdaCatalogue, local: LocalRuntime, isolation: Isolation): Promise<LambdaReport> {
  const python = await local.python();
  return {
    sandbox:
      isolation.kind === 'bwrap'
        ? { kind: 'bwrap', detail: isolation.asRoot ? 'namespaces of a root server, capabilities dropped' : 'user namespace' }
        : { kind: 'none', detail: isolation.reason },
    limits: 'memory and process count by a watcher of the process tree, memory of Python batches by rlimit',
    python: python.ok ? `${python.python.version} (${python.python.executable})` : python.reason,
    node: `${process.version} (${process.execPath})`,
    lambdaCount: catalogue.entries().length,
  };
}

function configurationError(key: string, description: string): { id: string; description: string; details: Record<string, unknown> } {
  return { id: 'badData', description, details: { key, specificError: null } };
}
