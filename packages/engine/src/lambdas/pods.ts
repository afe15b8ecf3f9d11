/**
 * What runs the lambdas of an execution, as this node has seen it: each runner of a task is a pod with a status and a log of events
 * (lambdas §5, R62–R66). Kept in memory: what another node runs, and what happened before the start, is not known here, and says so.
 */
import { backwardWindow, forwardWindow, type LogListingOptions } from '@laneway/model';

export type PodStatus = 'Pending' | 'Running' | 'Failed' | 'Unknown' | 'Terminated';

export interface PodSummary {
  readonly podId: string;
  readonly taskId: string;
  readonly currentStatus: PodStatus;
  /** Ready ones of all containers, e.g. `1/1`. */
  readonly currentContainersReadiness: string;
  /** Milliseconds. */
  readonly lastStatusChangeTimestamp: number;
}

/** An entry of a pod's log, as an audit log would show it. */
export interface PodEvent {
  readonly index: string;
  /** Milliseconds. */
  readonly timestamp: number;
  readonly severity: 'info' | 'warning';
  readonly source: 'system';
  readonly content: { readonly type: 'Normal' | 'Warning'; readonly reason: string; readonly message: string };
}

export interface PodEventPage {
  readonly logEntries: readonly PodEvent[];
  readonly isLast: boolean;
}

/** What a runtime tells of its pods. */
export interface PodActivity {
  /** Milliseconds; what happened before is not known. */
  readonly knownSince: number;
  /** In order of their start. */
  pods(executionId: string): readonly PodSummary[];
  /** A page of the pod's log as of an audit log (lambdas R68); null = the execution has no such pod. */
  events(executionId: string, podId: string, options: LogListingOptions): PodEventPage | null;
}

export interface PodReport {
  readonly executionId: string;
  readonly taskId: string;
  readonly podId: string;
  /** null: as it was. */
  readonly status: PodStatus | null;
  readonly readiness: string;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

interface Pod extends PodSummary {
  readonly executionId: string;
  readonly events: readonly PodEvent[];
  /** Events that were ever told. */
  readonly total: number;
}

/** A lambda that crashes at every batch makes many pods: the oldest that are over are forgotten. */
const maxPodCount = 2_000;
const maxEventCount = 200;

export class PodRegistry implements PodActivity {
  readonly knownSince: number;
  readonly #pods = new Map<string, Pod>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
    this.knownSince = now();
  }

  report({ executionId, taskId, podId, status: told, readiness, type, reason, message }: PodReport): void {
    const known = this.#pods.get(podId);
    const status = told ?? known?.currentStatus ?? 'Unknown';
    // As of any log: times of entries never decrease.
    const timestamp = Math.max(this.#now(), known?.events.at(-1)?.timestamp ?? 0);
    const total = known?.total ?? 0;
    const severity = type === 'Warning' ? 'warning' : 'info';
    const event: PodEvent = { index: String(total), timestamp, severity, source: 'system', content: { type, reason, message } };
    this.#pods.set(podId, {
      executionId,
      taskId,
      podId,
      currentStatus: status,
      currentContainersReadiness: readiness,
      // Moves only with the status (lambdas R64).
      lastStatusChangeTimestamp: known?.currentStatus === status ? known.lastStatusChangeTimestamp : timestamp,
      events: [...(known?.events ?? []), event].slice(-maxEventCount),
      total: total + 1,
    });
    if (known === undefined) this.#forget();
  }

  pods(executionId: string): readonly PodSummary[] {
    return [...this.#pods.values()]
      .filter((pod) => pod.executionId === executionId)
      .map(({ podId, taskId, currentStatus, currentContainersReadiness, lastStatusChangeTimestamp }) => ({
        podId,
        taskId,
        currentStatus,
        currentContainersReadiness,
        lastStatusChangeTimestamp,
      }));
  }

  events(executionId: string, podId: string, options: LogListingOptions): PodEventPage | null {
    const pod = this.#pods.get(podId);
    return pod?.executionId === executionId ? pageOf(pod, options) : null;
  }

  #forget(): void {
    if (this.#pods.size <= maxPodCount) return;
    for (const [podId, pod] of this.#pods) {
      if (pod.currentStatus === 'Pending' || pod.currentStatus === 'Running') continue;
      this.#pods.delete(podId);
      return;
    }
  }
}

/** As audit logs are browsed (data-and-stores R24–R27). */
function pageOf({ events, total }: Pod, { direction, timestamp, index, offset, limit }: LogListingOptions): PodEventPage {
  const oldest = total - events.length;
  const isForward = direction === 'forward_from_oldest';
  const start = { index: timestamp === null ? index : oldest + placeOf(events, timestamp, isForward), offset, limit };
  const { first, count, isLast } = (isForward ? forwardWindow : backwardWindow)(total, oldest, start);
  const from = first - oldest;
  const logEntries = isForward ? events.slice(from, from + count) : events.slice(from - count + 1, from + 1).toReversed();
  return { logEntries: count === 0 ? [] : logEntries, isLast };
}

/** The first entry not before the moment, or the last one not after it. */
function placeOf(events: readonly PodEvent[], moment: number, isForward: boolean): number {
  if (!isForward) return events.findLastIndex(({ timestamp }) => timestamp <= moment);
  const found = events.findIndex(({ timestamp }) => timestamp >= moment);
  return found === -1 ? events.length : found;
}
