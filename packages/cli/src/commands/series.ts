import { InvalidArgumentError, Option, type Command } from 'commander';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { CliError } from '../failure.ts';
import { readSeries, type MetricWindows } from '../series/read-series.ts';
import { sparkline } from '../series/sparkline.ts';
import { printLine, printTable, timeText, writeLine, type Terminal } from '../terminal.ts';

interface SeriesOptions extends ConnectionOptions {
  readonly series?: string;
  readonly metric?: string;
  readonly windows: number;
  readonly table?: boolean;
  readonly json?: boolean;
}

/** Rows of one table; a store with more metrics is printed as several. */
const rowsPerTable = 500;

const examples = `
Examples:
  laneway series 5e77…                                     a line of bars for each metric
  laneway series 5e77… --series bytesProcessed --table     the windows of one series
  laneway series 5e77… --windows 1000 --json | jq .windows

"laneway show" names the time series store of each task.
`;

export function addSeries(program: Command, terminal: Terminal): void {
  const command = program
    .command('series <store>')
    .description('print the last windows of a time series store, oldest to newest as a line of bars for each metric')
    .option('--series <name>', 'only this series')
    .option('--metric <name>', 'only this metric')
    .option('--windows <count>', 'how many windows of each metric: 1 to 1000', parseWindows, 30)
    .addOption(new Option('--table', 'a row for each window, newest first').conflicts('json'))
    .option('--json', 'one JSON document per line, one for each metric')
    .addHelpText('after', examples);
  withConnection(command).action(async (storeId: string, options: SeriesOptions) => {
    const client = connect(options, terminal.env);
    const { type, config } = await client.stores.details(storeId);
    if (type !== 'timeSeries') throw new CliError(`the store is a ${type}, not a time series`, `print it with "laneway store ${storeId}"`);
    const metrics = readSeries(client, storeId, config, options);
    if (options.json === true) {
      for await (const metric of metrics) await writeLine(terminal, JSON.stringify(metric));
      return;
    }
    const head =
      options.table === true
        ? ['series', 'metric', 'window from', 'value']
        : ['series', 'metric', 'windows of', 'newest', 'value', 'course'];
    const rowsOf = options.table === true ? windowRows : (metric: MetricWindows) => [courseRow(metric, options.windows)];
    await printRows(metrics, rowsOf, head, terminal);
  });
}

async function printRows(
  metrics: AsyncIterable<MetricWindows>,
  rowsOf: (metric: MetricWindows) => readonly (readonly string[])[],
  head: readonly string[],
  terminal: Terminal,
): Promise<void> {
  let rows: (readonly string[])[] = [];
  let isPrinted = false;
  for await (const metric of metrics) {
    rows.push(...rowsOf(metric));
    if (rows.length < rowsPerTable) continue;
    printTable(terminal, head, rows);
    isPrinted = true;
    rows = [];
  }
  if (rows.length > 0) printTable(terminal, head, rows);
  else if (!isPrinted) printLine(terminal, 'no measurements yet');
}

function courseRow({ series, metric, aggregator, resolution, windows }: MetricWindows, width: number): readonly string[] {
  const [newest] = windows;
  return [
    series,
    metric,
    `${aggregator ?? ''} ${lengthText(resolution)}`.trim(),
    timeText(newest?.timestamp ?? 0),
    newest === undefined ? '–' : String(newest.value),
    sparkline(windows, resolution, width),
  ];
}

function windowRows({ series, metric, windows }: MetricWindows): readonly (readonly string[])[] {
  return windows.map(({ timestamp, value }) => [series, metric, timeText(timestamp), String(value)]);
}

function lengthText(resolution: number | null): string {
  if (resolution === null) return '';
  if (resolution === 0) return 'of all time';
  const [count, unit] = [[86_400, 'd'] as const, [3600, 'h'] as const, [60, 'min'] as const]
    .filter(([seconds]) => resolution % seconds === 0)
    .map(([seconds, name]) => [resolution / seconds, name] as const)[0] ?? [resolution, 's'];
  return `${count} ${unit}`;
}

function parseWindows(text: string): number {
  const count = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > 1000) throw new InvalidArgumentError('It is a number from 1 to 1000.');
  return count;
}
