/** `laneway series`: the windows of a time series store as bars, rows or JSON; `laneway show` names such stores. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildProgram } from '../src/program.ts';
import { sparkline } from '../src/series/sparkline.ts';

interface Window {
  readonly timestamp: number;
  readonly value: number;
}

const minute = { aggregator: 'sum', resolution: 60, retention: 100 };
const schemas = [
  { nameGeneratorType: 'addPrefix', nameGenerator: 'count_', unit: 'none', metrics: { minute } },
  {
    nameGeneratorType: 'exact',
    nameGenerator: 'size',
    unit: 'bytes',
    metrics: { minute, max: { aggregator: 'max', resolution: 0, retention: 1 } },
  },
];

let server: Server;
let url: string;
/** Series → metric → windows, newest first. */
let content: Record<string, Record<string, readonly Window[]>>;
let type: string;
let slices: URLSearchParams[];
let documents: Record<string, unknown>;

beforeEach(async () => {
  content = {};
  type = 'timeSeries';
  slices = [];
  documents = {};
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://server');
    const answer = documents[pathname.split('/execution/').at(-1) ?? ''] ?? storeAnswer(pathname, searchParams);
    if (answer === undefined) response.writeHead(404).end(JSON.stringify({ error: { id: 'notFound', description: '' } }));
    else response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function storeAnswer(path: string, query: URLSearchParams): unknown {
  if (path.endsWith('/stores/s1')) return { type, config: { timeSeriesCollectionSchema: { timeSeriesSchemas: schemas } } };
  if (!path.endsWith('/stores/s1/content')) return undefined;
  if (query.get('mode') !== 'slice') {
    return { layout: Object.fromEntries(Object.entries(content).map(([series, metrics]) => [series, Object.keys(metrics)])) };
  }
  slices.push(query);
  const limit = Number(query.get('windowLimit'));
  const asked = JSON.parse(query.get('layout') ?? '{}') as Record<string, readonly string[]>;
  const slice = Object.entries(asked).map(([series, metrics]) => {
    const windows = metrics.map((metric) => [metric, content[series]?.[metric]?.slice(0, limit)] as const);
    return [series, Object.fromEntries(windows)] as const;
  });
  return { slice: Object.fromEntries(slice) };
}

async function run(...args: readonly string[]): Promise<string> {
  const out = new PassThrough();
  const printed = text(out);
  try {
    const program = buildProgram({ out, err: new PassThrough(), interactive: false, color: false, env: {} }, '1.2.3');
    await program.parseAsync([...args, '--server', url, '--token', 't'], { from: 'user' });
  } finally {
    out.end();
  }
  return await printed;
}

/** Cells of the rows of a table without its head. */
const cells = (table: string): readonly (readonly string[])[] =>
  table
    .split('\n')
    .filter((line) => line.startsWith('│'))
    .slice(1)
    .map((line) =>
      line
        .split('│')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

describe('series', () => {
  beforeEach(() => {
    content = {
      size: {
        minute: [
          { timestamp: 240, value: 8 },
          { timestamp: 120, value: 4 },
        ],
        max: [{ timestamp: 0, value: 5 }],
      },
      'count_a\u0007': { minute: [{ timestamp: 60, value: 1 }] },
      count_b: { minute: [] },
    };
  });

  test('prints a line of bars for each metric, with what its windows mean', async () => {
    expect(cells(await run('series', 's1'))).toEqual([
      ['size', 'minute', 'sum 1 min', '1970-01-01 00:04:00', '8', '▅ █'],
      ['size', 'max', 'max of all time', '–', '5', '█'],
      ['count_a\\x07', 'minute', 'sum 1 min', '1970-01-01 00:01:00', '1', '█'],
      ['count_b', 'minute', 'sum 1 min', '–', '–', ''],
    ]);
  });

  test('prints a row for each window, newest first', async () => {
    expect(cells(await run('series', 's1', '--series', 'size', '--metric', 'minute', '--table'))).toEqual([
      ['size', 'minute', '1970-01-01 00:04:00', '8'],
      ['size', 'minute', '1970-01-01 00:02:00', '4'],
    ]);
  });

  test('prints a document for each metric', async () => {
    const lines = (await run('series', 's1', '--json', '--windows', '1')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown).slice(0, 2)).toEqual([
      { series: 'size', metric: 'minute', unit: 'bytes', aggregator: 'sum', resolution: 60, windows: [{ timestamp: 240, value: 8 }] },
      { series: 'size', metric: 'max', unit: 'bytes', aggregator: 'max', resolution: 0, windows: [{ timestamp: 0, value: 5 }] },
    ]);
  });

  test('asks for thousands of metrics in pieces, each once', async () => {
    content = Object.fromEntries(Array.from({ length: 45 }, (_, at) => [`count_${at}`, { minute: [] }]));
    expect((await run('series', 's1', '--json', '--windows', '1000')).trim().split('\n')).toHaveLength(45);
    const asked = slices.map((query) => Object.keys(JSON.parse(query.get('layout') ?? '{}') as object));
    expect(asked.map((names) => names.length)).toEqual([20, 20, 5]);
    expect(asked.flat()).toEqual(Object.keys(content));
  });

  test('names what there is when something else was asked for', async () => {
    await expect(run('series', 's1', '--series', 'siez')).rejects.toMatchObject({
      message: 'the store has no such series or metric',
      hint: expect.stringContaining('size minute, size max'),
    });
  });

  test('says so when there is nothing yet, and when the store is none of its kind', async () => {
    content = {};
    expect(await run('series', 's1')).toBe('no measurements yet\n');
    type = 'list';
    await expect(run('series', 's1')).rejects.toThrow('the store is a list, not a time series');
  });

  test.each([['0'], ['1001'], ['x']])('%s windows are wrong usage', async (count) => {
    await expect(run('series', 's1', '--windows', count)).rejects.toMatchObject({ name: 'CommanderError', exitCode: 1 });
  });
});

test.each([
  ['nothing', [], ''],
  ['one value', [3], '█'],
  ['zeros', [0, 0], '▁▁'],
  ['values from zero on', [7, 3.5, 0], '▁▅█'],
  ['negative values', [-7, 0, 7], '█▅▁'],
])('bars of %s', (_name, newestFirst, bars) => {
  const windows = newestFirst.map((value, back) => ({ timestamp: 600 - back * 60, value }));
  expect(sparkline(windows, 60, 30)).toBe(bars);
});

test('bars reach back as far as asked, and leave room for windows without measurements', () => {
  const windows = [600, 540, 360, 60].map((timestamp) => ({ timestamp, value: 1 }));
  expect(sparkline(windows, 60, 5)).toBe('█  ██');
  expect(sparkline(windows, 60, 4)).toBe('██');
  expect(sparkline(windows, 60, 100)).toBe('█    █  ██');
});

test('show names tasks, stores and the time series store of each task, and as JSON brings everything that charts need', async () => {
  const registry = { first: 't1', second: 't2' };
  const lanes = [
    { schemaId: 'l', runs: [{ runNumber: 2, status: 'finished', parallelBoxes: [{ schemaId: 'b', taskRegistry: registry }] }] },
  ];
  const times = { scheduleTime: 1, startTime: 1, suspendTime: 0, finishTime: 2 };
  const details = { atmWorkflowExecutionId: 'e1', name: 'w', status: 'finished', ...times, lanes, storeRegistry: { input: 's0' } };
  const counters = { itemsInProcessing: 0, itemsProcessed: 1, itemsFailed: 0 };
  const first = { schemaId: 'first', status: 'finished', systemAuditLogId: 'log1', timeSeriesStoreId: 's1', ...counters };
  const second = { ...first, schemaId: 'second', systemAuditLogId: 'log2', timeSeriesStoreId: null };
  const tasks = [{ id: 'first', name: 'resize\u0007' }];
  const stores = [{ id: 'input', name: 'photos', type: 'treeForest' }];
  const revision = { dashboardSpec: { rootSection: {} }, lanes: [{ parallelBoxes: [{ tasks }] }], stores };
  const schema = { atmWorkflowSchemaRevision: revision };
  documents = { 'workflows/e1': details, 'workflows/e1/receipt': { stop: null }, 'tasks/t1': first, 'tasks/t2': second };
  expect(cells(await run('show', 'e1')).at(-1)).toEqual(['1.2', 'first', 's1']);
  expect(JSON.parse(await run('show', 'e1', '--json'))).toEqual({ ...details, tasks: [first, second] });
  documents['workflows/e1/schema'] = schema;
  const shown = cells(await run('show', 'e1'));
  expect(shown).toContainEqual(['1.2', 'finished', 'resize\\x07', 'finished', '0', '1', '0', 't1']);
  expect(shown).toContainEqual(['photos', 'treeForest', 's0']);
  expect(shown.at(-1)).toEqual(['1.2', 'resize\\x07', 's1']);
  expect(JSON.parse(await run('show', 'e1', '--json'))).toEqual({ ...details, tasks: [first, second], schema });
});
