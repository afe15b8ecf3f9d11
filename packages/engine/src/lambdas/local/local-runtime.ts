/** Lambdas of folders, run in warm sandboxes on this machine (design §7). Owns its pools; `close` ends them all. */
import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import type { CatalogueEntry } from '../catalogue/lambda-catalogue.ts';
import type { PodRegistry } from '../pods.ts';
import type { PrepareOutcome, TaskToPrepare } from '../runtime.ts';
import { identityFor } from '../sandbox/identity.ts';
import type { Isolation } from '../sandbox/isolation.ts';
import { readProcessTable } from '../sandbox/process-table.ts';
import { SandboxedProcess } from '../sandbox/sandboxed-process.ts';
import { JobSpace } from './job-space.ts';
import { isReadonly, mountPointOf, planLaunch, spaceDirectoryName, spaceInside, type RunnerKind } from './launch-plan.ts';
import { findPython, type FoundPython } from './python-interpreter.ts';
import { effectiveRequirements } from './requirements.ts';
import { RunnerPods } from './runner-pods.ts';
import { RunnerPool } from './runner-pool.ts';
import { Runner } from './runner.ts';
import { VirtualEnvironments } from './virtual-environment.ts';

export interface LocalRuntimeOptions {
  readonly isolation: Isolation;
  readonly cacheDir: string;
  readonly workDir: string;
  readonly kitDir: string;
  /** Runners per task where lambda.yaml says nothing. */
  readonly concurrency: number;
  readonly leaseMs: number;
  readonly networkEnvironment: Readonly<Record<string, string>>;
  readonly pods: PodRegistry;
  /** Something went wrong that no job reports. */
  readonly warn: (fields: Readonly<Record<string, unknown>>, event: string) => void;
}

const STOPPED = 'The preparation was stopped.';
/** Local work ends itself this long before the node's lease does. */
const LEASE_MARGIN_MS = 2_000;
const MIN_BEAT_TIMEOUT_MS = 500;
const LIMIT_CHECK_INTERVAL_MS = 2_000;
const MAX_PROCESS_COUNT = 512;
/** Without a limit of its own a lambda may not take the whole machine down. */
const DEFAULT_MEMORY_SHARE = 0.75;

export class LocalRuntime {
  readonly #options: LocalRuntimeOptions;
  readonly #environments: VirtualEnvironments;
  readonly #pools = new Set<RunnerPool>();
  /** Directories of ended runners that are being removed. */
  readonly #removals = new Set<Promise<void>>();
  readonly #beatTimeoutMs: number;
  readonly #timers: readonly NodeJS.Timeout[];
  #python: Promise<FoundPython> | null = null;
  #isClosed = false;

  constructor(options: LocalRuntimeOptions) {
    this.#options = options;
    this.#environments = new VirtualEnvironments(options.cacheDir, options.isolation, options.warn);
    this.#beatTimeoutMs = Math.max(MIN_BEAT_TIMEOUT_MS, options.leaseMs - LEASE_MARGIN_MS);
    const beat = setInterval(() => this.#beat(), Math.min(1_000, this.#beatTimeoutMs / 4));
    const check = setInterval(() => this.#checkLimits(), LIMIT_CHECK_INTERVAL_MS);
    this.#timers = [beat, check];
    for (const timer of this.#timers) {
      timer.unref();
    }
  }

  /** The machine's interpreter, looked for once. */
  async python(): Promise<FoundPython> {
    this.#python ??= findPython();
    return await this.#python;
  }

  /** Never rejects. */
  async prepare(entry: CatalogueEntry, folder: string, task: TaskToPrepare, signal: AbortSignal): Promise<PrepareOutcome> {
    try {
      const kind = await this.#describe(entry, folder, task, signal);
      if (typeof kind === 'string') {
        return { kind: 'failed', reason: kind };
      }
      // Nothing is started that nobody would end.
      return signal.aborted || this.#isClosed ? { kind: 'failed', reason: STOPPED } : await this.#openPool(kind, signal);
    } catch (error) {
      return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) };
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const timer of this.#timers) {
      clearInterval(timer);
    }
    await Promise.all([this.#environments.close(), ...[...this.#pools].map((pool) => this.#closePool(pool))]);
    await Promise.all(this.#removals);
    await rm(this.#runnersDir(), { recursive: true, force: true, maxRetries: 3 });
  }

  /** Everything that is known before the first process, or why it cannot be. */
  async #describe(entry: CatalogueEntry, folder: string, task: TaskToPrepare, signal: AbortSignal): Promise<RunnerKind | string> {
    const { isolation, kitDir, networkEnvironment } = this.#options;
    const mountPoint = mountPointOf(task);
    if (mountPoint === null) {
      return 'The mount point of the lambda (oneclientMountPoint) is not a path that a sandbox can offer.';
    }
    let python: RunnerKind['python'] = null;
    let environmentPath: string | null = null;
    if (entry.kind === 'python') {
      const found = await this.python();
      if (!found.ok) {
        return `Lambda "${entry.name}" needs Python: ${found.reason}.`;
      }
      python = found.python;
      const requirements = await effectiveRequirements(folder, entry.requirements);
      if (requirements.length > 0) {
        const built = await this.#environments.provide(python, requirements, signal);
        if (!built.ok) {
          return `Lambda "${entry.name}": ${built.reason}`;
        }
        environmentPath = built.path;
      }
    }
    const becomesOther = isolation.kind === 'bwrap' && isolation.asRoot;
    return {
      entry,
      folder,
      task,
      isolation,
      identity: becomesOther ? await identityFor(task.space.root, isReadonly(task)) : null,
      python,
      environmentPath,
      kitDir,
      mountPoint,
      beatTimeoutMs: this.#beatTimeoutMs,
      memoryLimitBytes: task.lambdaRevision.resourceSpec.memoryLimit,
      networkEnvironment,
    };
  }

  async #openPool(kind: RunnerKind, signal: AbortSignal): Promise<PrepareOutcome> {
    const { resultSpecs } = kind.task.lambdaRevision;
    const pods = new RunnerPods(this.#options.pods, kind.task, kind.entry.name);
    const pool = new RunnerPool({
      size: kind.entry.concurrency ?? this.#options.concurrency,
      start: async () => await pods.start(async () => await this.#startRunner(kind)),
      observer: pods,
      resultNames: resultSpecs.filter((spec) => spec.relayMethod === 'filePipe').map((spec) => spec.name),
      limits: {
        memoryBytes: kind.memoryLimitBytes ?? Math.floor(totalmem() * DEFAULT_MEMORY_SHARE),
        processCount: MAX_PROCESS_COUNT,
      },
      unreachable: () => this.#options.warn({ lambda: kind.entry.name, taskId: kind.task.taskId }, 'lambdas.unreachable'),
    });
    this.#pools.add(pool);
    const failure = await pool.warmUp(signal);
    if (failure !== null || signal.aborted) {
      await this.#closePool(pool);
      const reason = signal.aborted ? STOPPED : `Lambda "${kind.entry.name}" could not be started: ${failure}`;
      return { kind: 'failed', reason };
    }
    return {
      kind: 'ready',
      handle: {
        runners: pool.size,
        network: kind.entry.network,
        run: async (job, control) => await pool.run(job, control),
        dispose: async () => await this.#closePool(pool),
      },
    };
  }

  async #startRunner(kind: RunnerKind): Promise<Runner> {
    const space = new JobSpace(join(this.#runnersDir(), randomUUID()), spaceInside(kind));
    await mkdir(this.#runnersDir(), { recursive: true, mode: 0o711 });
    try {
      await space.create(kind.identity, kind.isolation.kind === 'bwrap' ? spaceDirectoryName(kind.task) : null);
      const { launch, cookie } = planLaunch(kind, space);
      return new Runner(new SandboxedProcess(kind.isolation, launch, cookie), space, (unused) => this.#remove(unused));
    } catch (error) {
      await space.remove();
      throw error;
    }
  }

  /** Not waited for by any stop: a job may have left very many files. */
  #remove(space: JobSpace): void {
    const removal = space
      .remove()
      .catch((error: unknown) => this.#options.warn({ error }, 'lambdas.directoryLeft'))
      .finally(() => this.#removals.delete(removal));
    this.#removals.add(removal);
  }

  async #closePool(pool: RunnerPool): Promise<void> {
    this.#pools.delete(pool);
    await pool.dispose();
  }

  #beat(): void {
    for (const pool of this.#pools) {
      pool.beat();
    }
  }

  #checkLimits(): void {
    const busy = [...this.#pools].filter((pool) => pool.isBusy);
    if (busy.length > 0) {
      const table = readProcessTable();
      for (const pool of busy) {
        pool.enforceLimits(table);
      }
    }
  }

  #runnersDir(): string {
    return join(this.#options.workDir, 'runners');
  }
}
