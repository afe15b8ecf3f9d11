import { MultiBar, type SingleBar } from 'cli-progress';
import type { ExecutionDetails, LanewayClient } from '@laneway/client';
import { printable, type Terminal } from '../terminal.ts';
import { presentTask } from './present-task.ts';
import type { LaneView } from './schema-view.ts';

/** What one lane's bar shows. */
export interface LaneProgress {
  readonly status: string;
  readonly processed: number;
  readonly failed: number;
  readonly handed: number;
}

/** Counters of the newest run of each lane, summed over its tasks; lanes that were not reached stand at 0. */
export async function laneProgress(client: LanewayClient, details: ExecutionDetails): Promise<LaneProgress[]> {
  return await Promise.all(
    details.lanes.map(async ({ runs }) => {
      const run = runs[0];
      const taskIds = (run?.parallelBoxes ?? []).flatMap((box) => Object.values(box.taskRegistry));
      const tasks = (await Promise.all(taskIds.map((id) => presentTask(client, id)))).filter((task) => task !== null);
      const sum = (value: (task: (typeof tasks)[number]) => number): number => tasks.reduce((total, task) => total + value(task), 0);
      return {
        status: run?.status ?? 'waiting',
        processed: sum((task) => task.itemsProcessed),
        failed: sum((task) => task.itemsFailed),
        handed: sum((task) => task.itemsProcessed + task.itemsInProcessing),
      };
    }),
  );
}

export interface ProgressView {
  show(lanes: readonly LaneProgress[]): void;
  stop(): void;
}

/** A bar for each lane; nothing where nobody watches. */
export function progressView(terminal: Terminal, lanes: readonly LaneView[]): ProgressView {
  if (!terminal.interactive) return { show: () => undefined, stop: () => undefined };
  const format = ' {name} {bar} {value}/{total} items, {failed} failed, {status}';
  const bars = new MultiBar({ format, stream: terminal.err, hideCursor: true, forceRedraw: true, barsize: 30, linewrap: false });
  const width = Math.max(0, ...lanes.map((lane) => lane.name.length));
  const lines: SingleBar[] = lanes.map((lane) =>
    bars.create(1, 0, { name: printable(lane.name).padEnd(width), failed: 0, status: 'waiting' }),
  );
  return {
    show: (progress) => {
      for (const [index, { handed, processed, failed, status }] of progress.entries()) {
        lines[index]?.setTotal(Math.max(1, handed));
        lines[index]?.update(processed, { failed, status });
      }
    },
    stop: () => bars.stop(),
  };
}
