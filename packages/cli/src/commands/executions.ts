import { phaseOf } from '@laneway/model';
import type { Command } from 'commander';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { stopText } from '../control/stop-text.ts';
import { labelsText } from '../execution-filter.ts';
import { presentTask } from '../run/present-task.ts';
import { printable, printJson, printLine, printTable, timeText, type Terminal } from '../terminal.ts';
import { addList } from './list.ts';

type JsonOption = ConnectionOptions & { readonly json?: boolean };

export function addExecutions(program: Command, terminal: Terminal): void {
  addList(program, terminal);
  addShow(program, terminal);
}

function addShow(program: Command, terminal: Terminal): void {
  const show = program
    .command('show <execution>')
    .description('status, labels, lanes, tasks and stores of an execution, and who stopped it')
    .option('--json', 'print the details as the server answers them');
  withConnection(show).action(async (id: string, options: JsonOption) => {
    const client = connect(options, terminal.env);
    const details = await client.executions.details(id);
    if (options.json === true) {
      printJson(terminal, details);
      return;
    }
    printLine(terminal, `${printable(details.name)}: ${details.status}`);
    printLine(
      terminal,
      `scheduled ${timeText(details.scheduleTime)}, started ${timeText(details.startTime)}, suspended ${timeText(details.suspendTime)}, finished ${timeText(phaseOf(details.status) === 'ended' ? details.finishTime : 0)}`,
    );
    if (details.deadlineTime !== undefined) printLine(terminal, `deadline ${timeText(details.deadlineTime)}`);
    if (details.labels !== undefined) printLine(terminal, `labels: ${printable(labelsText(details.labels))}`);
    const { stop } = await client.executions.receipt(id);
    if (stop !== null) printLine(terminal, stopText(stop));
    const rows: string[][] = [];
    for (const [laneOffset, { runs }] of details.lanes.entries()) {
      for (const run of runs.toReversed()) {
        for (const taskId of run.parallelBoxes.flatMap((box) => Object.values(box.taskRegistry))) {
          const task = await presentTask(client, taskId);
          if (task === null) continue;
          const counts = [task.itemsInProcessing, task.itemsProcessed, task.itemsFailed].map(String);
          rows.push([`${laneOffset + 1}.${run.runNumber ?? '–'}`, run.status, taskId, task.status, ...counts]);
        }
      }
    }
    printTable(terminal, ['lane.run', 'run status', 'task', 'status', 'in processing', 'processed', 'failed'], rows);
    printTable(terminal, ['store schema', 'store'], Object.entries(details.storeRegistry));
  });
}
