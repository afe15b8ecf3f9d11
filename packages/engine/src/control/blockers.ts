/** Why an execution is not moving (design §9): what it waits for at this moment, in words that a person can act on. */
import { phaseOf, type Execution } from '@laneway/model';
import type { Blocker } from '../engine-api.ts';
import type { Queue } from '../persistence/sql/admission.ts';
import type { Standing } from '../persistence/sql/standing.ts';

/** Empty for an ended execution, and for one that gets on by itself. */
export function blockersOf(execution: Execution, at: Standing, queue: (Queue & { readonly limit: number }) | null): readonly Blocker[] {
  switch (phaseOf(execution.status)) {
    case 'ended':
      return [];
    case 'suspended':
      return [suspension(execution)];
    case 'waiting':
      if (queue !== null && queue.running + queue.ahead >= queue.limit) return [{ kind: 'limit', ...queue }];
      return [...driving(at), ...ofWork(execution, at)];
    case 'ongoing':
      return [...driving(at), ...ofWork(execution, at)];
  }
}

function suspension({ status, stop }: Execution): Blocker {
  // The engine interrupts for what it says; a person pauses.
  const kind = stop?.reason === 'interrupt' ? 'privilege or runtime' : 'pause';
  return { kind: 'suspended', cause: kind, status, actor: stop?.actor ?? null, reason: stop?.note ?? null, since: stop?.at ?? 0 };
}

function driving({ driver }: Standing): readonly Blocker[] {
  if (driver === null) return [{ kind: 'lease', nodeId: null, until: null }];
  if (!driver.isAlive) return [{ kind: 'lease', nodeId: driver.nodeId, until: driver.untilAt }];
  return driver.note === null ? [] : [{ kind: 'retryTimer', ...driver.note }];
}

function ofWork({ current }: Execution, at: Standing): readonly Blocker[] {
  const { workers, openBatches } = at;
  switch (current.status) {
    case 'preparing':
    case 'resuming':
      return [{ kind: 'runtime', taskIds: current.boxes.flatMap((box) => box.tasks.map((task) => task.id)) }];
    case 'stopping':
      return openBatches === 0 ? [] : [{ kind: 'jobs', stopping: current.stoppingReason, nodeIds: workers, batches: openBatches }];
    case 'enqueued':
    case 'active': {
      if (openBatches > 0 && workers.length > 0) return [{ kind: 'jobs', stopping: null, nodeIds: workers, batches: openBatches }];
      if (openBatches > 0 || (at.unclaimedBatches ?? 0) > 0)
        return [{ kind: 'runners', batches: openBatches + (at.unclaimedBatches ?? 0) }];
      return at.isGrowing ? [{ kind: 'store', storeId: current.iteratedStoreId }] : [];
    }
    case 'scheduled':
    case 'paused':
    case 'interrupted':
    case 'finished':
    case 'failed':
    case 'cancelled':
    case 'crashed':
      return [];
  }
}
