/** The runners of one task as pods: a sandbox is what a container is elsewhere. The messages are those of Onedata (lambdas §5). */
import { randomBytes } from 'node:crypto';
import type { TaskToPrepare } from '../runtime.ts';
import type { PodRegistry, PodReport } from '../pods.ts';
import type { RunnerObserver } from './runner-pool.ts';
import type { Runner } from './runner.ts';

type News = Pick<PodReport, 'status' | 'readiness' | 'reason' | 'message'> & { readonly type?: PodReport['type'] };

export class RunnerPods implements RunnerObserver {
  readonly #registry: PodRegistry;
  readonly #task: TaskToPrepare;
  readonly #lambda: string;
  readonly #podIds = new WeakMap<Runner, string>();
  readonly #failed = new WeakSet<Runner>();

  constructor(registry: PodRegistry, task: TaskToPrepare, lambda: string) {
    this.#registry = registry;
    this.#task = task;
    this.#lambda = lambda;
  }

  /** Starts a runner, and tells what comes of it. */
  async start(start: () => Promise<Runner>): Promise<Runner> {
    const podId = `${this.#lambda}-${randomBytes(5).toString('hex')}`;
    const waiting = { status: 'Pending', readiness: '0/1' } as const;
    this.#report(podId, { ...waiting, reason: 'Scheduled', message: 'A runner of the task was assigned to this node' });
    try {
      const runner = await start();
      this.#podIds.set(runner, podId);
      this.#report(podId, { ...waiting, reason: 'Created', message: `Created container ${this.#lambda}` });
      this.#report(podId, { ...waiting, reason: 'Started', message: `Started container ${this.#lambda}` });
      return runner;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#report(podId, { status: 'Failed', readiness: '0/1', type: 'Warning', reason: 'Failed', message });
      throw error;
    }
  }

  started(runner: Runner, failure: string | null): void {
    if (failure !== null) this.#failed.add(runner);
    this.#tell(
      runner,
      failure === null
        ? { status: 'Running', readiness: '1/1', reason: 'Running', message: 'Pod initialized, containers ready' }
        : { status: 'Failed', readiness: '0/1', type: 'Warning', reason: 'Failed', message: failure },
    );
  }

  ending(runner: Runner, byItself: boolean): void {
    const news = byItself
      ? { reason: 'Exited', message: `Container ${this.#lambda} has ended` }
      : { reason: 'Killing', message: `Stopping container ${this.#lambda}` };
    this.#tell(runner, { status: null, readiness: '0/1', ...news });
  }

  /** A pod that failed stays so: that it is gone as well is in its events. */
  ended(runner: Runner, isGone: boolean): void {
    const status = this.#failed.has(runner) ? null : isGone ? 'Terminated' : 'Unknown';
    const news = isGone
      ? ({ reason: 'Terminated', message: 'The pod has been terminated' } as const)
      : ({ type: 'Warning', reason: 'Unreachable', message: 'Something of the pod may still run' } as const);
    this.#tell(runner, { status, readiness: '0/1', ...news });
  }

  #tell(runner: Runner, news: News): void {
    const podId = this.#podIds.get(runner);
    if (podId !== undefined) this.#report(podId, news);
  }

  #report(podId: string, { type = 'Normal', ...news }: News): void {
    const { executionId, taskId } = this.#task;
    this.#registry.report({ executionId, taskId, podId, type, ...news });
  }
}
