/**
 * The lambdas of one life of a node: they answer, are slow, hang, ignore the signal until they are killed, crash, lie,
 * answer twice, answer after the signal, throw. Each answered item has a value of its own, so that results tell which
 * job they come from.
 */
import type { JobControl, JobOutcome, JobToRun, LambdaHandle, LambdaRuntime, PrepareOutcome, TaskToPrepare } from '@laneway/engine';
import type { Random } from './random.ts';
import type { Behaviour, LambdaNature } from './workflow.ts';
import type { Life, World } from './world.ts';

export interface LiveJob {
  readonly life: Life;
  readonly laneRunId: string;
  readonly taskId: string;
  readonly executionId: string;
  readonly batchNumber: number;
  readonly items: readonly number[];
  readonly startedAt: number;
}

/** What of the lambdas the others look at. */
export interface LambdaWatcher {
  readonly natureOf: (name: string) => LambdaNature;
  /** What the next job of the lambda does by its script. */
  readonly scripted: (nature: LambdaNature) => Behaviour | undefined;
  readonly jobStarted: (job: LiveJob, runners: number) => void;
  readonly jobEnded: (job: LiveJob) => void;
  /** The value that an item of a job is answered with. */
  readonly valueFor: (job: LiveJob, item: number) => number;
  readonly prepared: (task: TaskToPrepare, life: Life) => void;
  readonly disposed: (taskId: string, life: Life) => void;
  /** What preparing a runtime comes to now. */
  readonly preparing: (life: Life, lambda: string) => { readonly kind: 'ready' | 'failed' | 'unavailable'; readonly delayMs: number };
}

export class SimulatedRuntime implements LambdaRuntime {
  readonly #world: World;
  readonly #random: Random;
  readonly #life: Life;
  readonly #watcher: LambdaWatcher;
  readonly #runners: number;

  constructor(parts: {
    readonly world: World;
    readonly random: Random;
    readonly life: Life;
    readonly watcher: LambdaWatcher;
    readonly runners: number;
  }) {
    this.#world = parts.world;
    this.#random = parts.random;
    this.#life = parts.life;
    this.#watcher = parts.watcher;
    this.#runners = parts.runners;
  }

  async prepare(task: TaskToPrepare, signal: AbortSignal): Promise<PrepareOutcome> {
    const { name } = task.lambdaRevision;
    const { kind, delayMs } = this.#watcher.preparing(this.#life, name);
    return await new Promise<PrepareOutcome>((resolve) => {
      const end = (label: string, outcome: PrepareOutcome): void => {
        if (timer.isCancelled) return;
        timer.isCancelled = true;
        signal.removeEventListener('abort', aborted);
        this.#world.note(`${this.#life.name} ${name} ${label}`);
        resolve(outcome);
      };
      const aborted = (): void => end('preparation aborted', { kind: 'failed', reason: 'aborted' });
      const timer = this.#world.after(delayMs, this.#life, `prepares ${name}`, () => {
        if (kind !== 'ready') return end(kind, { kind: 'failed', reason: kind, unavailable: kind === 'unavailable' });
        this.#watcher.prepared(task, this.#life);
        end('ready', { kind: 'ready', handle: new Handle(this.#parts(), task, this.#runners) });
      });
      signal.addEventListener('abort', aborted);
      if (signal.aborted) aborted();
    });
  }

  #parts(): HandleParts {
    return { world: this.#world, random: this.#random, life: this.#life, watcher: this.#watcher };
  }

  list(): ReturnType<LambdaRuntime['list']> {
    return [];
  }

  async close(): Promise<void> {
    await Promise.resolve();
  }
}

interface HandleParts {
  readonly world: World;
  readonly random: Random;
  readonly life: Life;
  readonly watcher: LambdaWatcher;
}

class Handle implements LambdaHandle {
  readonly runners: number;
  readonly #parts: HandleParts;
  readonly #task: TaskToPrepare;
  readonly #nature: LambdaNature;
  readonly #kills = new Set<() => void>();
  #isDisposed = false;

  constructor(parts: HandleParts, task: TaskToPrepare, runners: number) {
    this.runners = runners;
    this.#parts = parts;
    this.#task = task;
    this.#nature = parts.watcher.natureOf(task.lambdaRevision.name);
  }

  async run(toRun: JobToRun, control: JobControl): Promise<JobOutcome> {
    const { world, random, life, watcher } = this.#parts;
    const { laneRunId, taskId, executionId } = this.#task;
    if (this.#isDisposed) world.problem(`a job was handed to a runtime that had been disposed of: ${toRun.jobId}`);
    const items = toRun.request.argsBatch.map((args) => Number(args['item']));
    const batchNumber = Number(toRun.jobId.split('_')[0]);
    const job: LiveJob = { life, laneRunId, taskId, executionId, batchNumber, items, startedAt: world.now };
    const behaviour = watcher.scripted(this.#nature) ?? random.weighted(this.#nature.weights);
    world.note(`${life.name} runs ${toRun.jobId} [${items.join(' ')}] ${behaviour}`);
    watcher.jobStarted(job, this.runners);
    control.onHeartbeat();
    try {
      return await this.#behave(behaviour, job, control);
    } finally {
      watcher.jobEnded(job);
    }
  }

  async #behave(behaviour: Behaviour, job: LiveJob, control: JobControl): Promise<JobOutcome> {
    const { world, random, life } = this.#parts;
    const { fastMs } = this.#nature;
    return await new Promise<JobOutcome>((resolve, reject) => {
      let isOver = false;
      const kill = (): void => {
        later(random.between(0, 5), 'kill', () => over(() => resolve({ kind: 'withdrawn', stage: 'kill' })));
      };
      const over = (end: () => void): void => {
        if (isOver) return;
        isOver = true;
        control.signal.removeEventListener('abort', stopped);
        this.#kills.delete(kill);
        end();
      };
      const later = (delayMs: number, label: string, run: () => void): void => {
        world.after(delayMs, life, `${this.#nature.name} ${job.batchNumber} ${label}`, () => (isOver ? undefined : run()));
      };
      const answer = (): void => over(() => resolve(this.#answer(behaviour, job)));
      const stopped = (): void => {
        if (behaviour === 'late') later(random.between(0, control.graceMs * 0.9), 'answers late', answer);
        const ignores = behaviour === 'stubborn' || behaviour === 'late';
        if (!ignores) {
          later(random.between(0, Math.min(50, control.graceMs / 2)), 'obeys', () =>
            over(() => resolve({ kind: 'withdrawn', stage: 'signal' })),
          );
        }
        const stage = random.chance(0.2) ? 'unreachable' : 'kill';
        later(control.graceMs + random.between(0, 20), stage, () => over(() => resolve({ kind: 'withdrawn', stage })));
      };
      control.signal.addEventListener('abort', stopped);
      this.#kills.add(kill);
      if (control.signal.aborted) stopped();
      if (behaviour === 'hang' || behaviour === 'stubborn') return;
      const isSlow = behaviour === 'slow' || behaviour === 'late';
      const durationMs = isSlow ? random.between(fastMs, 20 * fastMs + 500) : random.between(fastMs / 4, 2 * fastMs);
      const beatenMs = isSlow ? durationMs : 0;
      for (let beatMs = 700; beatMs < beatenMs; beatMs += 700) later(beatMs, 'beats', () => control.onHeartbeat());
      if (behaviour === 'throw') later(durationMs, 'throws', () => over(() => reject(new Error('the runtime broke'))));
      else later(durationMs, 'answers', answer);
      if (behaviour === 'twice') {
        world.after(durationMs + 3, life, `${this.#nature.name} ${job.batchNumber} answers again`, () => {
          control.onHeartbeat();
          control.onOutput('again');
          resolve(this.#answer(behaviour, job));
        });
      }
    });
  }

  #answer(behaviour: Behaviour, job: LiveJob): JobOutcome {
    const { random, watcher, world } = this.#parts;
    const { failing, streams } = this.#nature;
    const values = job.items.map((item) => watcher.valueFor(job, item));
    const seen = streams ? values.map((value) => ({ resultName: 'seen', value: value as unknown })) : [];
    const streamed = behaviour === 'badStream' && streams ? [...seen, { resultName: 'seen', value: 'no number' }] : seen;
    const resultsBatch: unknown[] = job.items.map((item, index) => {
      const fails = failing !== null && item % failing.divisor === failing.remainder && world.now < failing.mendsAfterMs;
      return fails ? { exception: `item ${item} is bad` } : { value: values[index] };
    });
    switch (behaviour) {
      case 'crash':
        return { kind: 'crashed', reason: 'the lambda crashed', streamed: streamed.slice(0, 1) };
      case 'exception':
        return { kind: 'answered', response: { exception: 'nothing works' }, streamed };
      case 'lie':
        return { kind: 'answered', response: { resultsBatch: [...resultsBatch, { value: 1 }] }, streamed };
      case 'malformed': {
        const wrong = random.pick<unknown>([
          { resultsBatch: 'none' },
          'text',
          17,
          { resultsBatch: resultsBatch.map(() => ({ value: 'x' })) },
        ]);
        return { kind: 'answered', response: wrong, streamed };
      }
      case 'answer':
      case 'slow':
      case 'hang':
      case 'stubborn':
      case 'badStream':
      case 'twice':
      case 'throw':
      case 'late':
        return { kind: 'answered', response: { resultsBatch }, streamed };
    }
  }

  async dispose(): Promise<void> {
    if (this.#isDisposed) this.#parts.world.problem(`a runtime of task ${this.#task.taskId} was disposed of twice`);
    this.#isDisposed = true;
    this.#parts.watcher.disposed(this.#task.taskId, this.#parts.life);
    for (const kill of this.#kills) kill();
    await Promise.resolve();
  }
}
