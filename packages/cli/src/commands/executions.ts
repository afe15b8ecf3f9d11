import type { ExecutionDetails, LanewayClient, TaskDetails } from '@laneway/client';
import { phaseOf } from '@laneway/model';
import type { Command } from 'commander';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { stopText } from '../control/stop-text.ts';
import { labelsText } from '../execution-filter.ts';
import { executionSchema } from '../run/execution-schema.ts';
import { presentTask } from '../run/present-task.ts';
import { viewSchema, type SchemaView } from '../run/schema-view.ts';
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
    .option('--json', 'print the details as the server answers them, with its tasks and the schema it was scheduled with')
    .addHelpText('after', '\nExample:\n  laneway show 3f0c… --json | jq .schema.atmWorkflowSchemaRevision.dashboardSpec\n');
  withConnection(show).action(async (id: string, options: JsonOption) => {
    const client = connect(options, terminal.env);
    const details = await client.executions.details(id);
    const tasks = await shownTasks(client, details);
    const schema = await executionSchema(client, id);
    if (options.json === true) {
      printJson(terminal, { ...details, tasks: tasks.map(({ task }) => task), ...(schema === null ? {} : { schema }) });
      return;
    }
    await printDetails(client, details, terminal);
    printTasks(details, tasks, viewSchema(schema?.atmWorkflowSchemaRevision), terminal);
  });
}

interface ShownTask {
  readonly id: string;
  readonly schemaId: string;
  /** `lane.run` */
  readonly run: string;
  readonly runStatus: string;
  readonly task: TaskDetails;
}

/** The tasks of every lane run, oldest run first. */
async function shownTasks(client: LanewayClient, details: ExecutionDetails): Promise<readonly ShownTask[]> {
  const tasks: ShownTask[] = [];
  for (const [laneOffset, { runs }] of details.lanes.entries()) {
    for (const run of runs.toReversed()) {
      for (const [schemaId, id] of run.parallelBoxes.flatMap((box) => Object.entries(box.taskRegistry))) {
        const task = await presentTask(client, id);
        if (task !== null) tasks.push({ id, schemaId, run: `${laneOffset + 1}.${run.runNumber ?? '–'}`, runStatus: run.status, task });
      }
    }
  }
  return tasks;
}

async function printDetails(client: LanewayClient, details: ExecutionDetails, terminal: Terminal): Promise<void> {
  printLine(terminal, `${printable(details.name)}: ${details.status}`);
  printLine(
    terminal,
    `scheduled ${timeText(details.scheduleTime)}, started ${timeText(details.startTime)}, suspended ${timeText(details.suspendTime)}, finished ${timeText(phaseOf(details.status) === 'ended' ? details.finishTime : 0)}`,
  );
  if (details.deadlineTime !== undefined) printLine(terminal, `deadline ${timeText(details.deadlineTime)}`);
  if (details.labels !== undefined) printLine(terminal, `labels: ${printable(labelsText(details.labels))}`);
  const { stop } = await client.executions.receipt(details.atmWorkflowExecutionId);
  if (stop !== null) printLine(terminal, stopText(stop));
}

/** By their names where the schema tells them: servers of earlier versions do not show it. */
function printTasks(details: ExecutionDetails, tasks: readonly ShownTask[], { lanes, stores }: SchemaView, terminal: Terminal): void {
  const names = new Map(lanes.flatMap((lane) => lane.tasks).map(({ id, name }) => [id, name]));
  const rows = tasks.map(({ id, schemaId, run, runStatus, task }) => [
    run,
    runStatus,
    names.get(schemaId) ?? schemaId,
    task.status,
    ...[task.itemsInProcessing, task.itemsProcessed, task.itemsFailed].map(String),
    id,
  ]);
  printTable(terminal, ['lane.run', 'run status', 'task', 'status', 'in processing', 'processed', 'failed', 'task id'], rows);
  const storeRows = Object.entries(details.storeRegistry).map(([schemaId, storeId]) => {
    const store = stores.find(({ id }) => id === schemaId);
    return [store?.name ?? schemaId, store?.type ?? '', storeId];
  });
  printTable(terminal, ['store', 'type', 'store id'], storeRows);
  const series = tasks.flatMap(({ schemaId, run, task }) =>
    typeof task.timeSeriesStoreId === 'string' ? [[run, names.get(schemaId) ?? schemaId, task.timeSeriesStoreId]] : [],
  );
  if (series.length > 0) printTable(terminal, ['lane.run', 'task', 'time series'], series);
}
