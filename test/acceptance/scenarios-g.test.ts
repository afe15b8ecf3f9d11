/**
 * Scenarios G: what the example workflows leave in stores and logs (ui-and-scenarios S45–S60), over HTTP with real lambdas. The pickers
 * of S47 and S50 are here as what REST refuses; S52 and S53 need a server of XRootD.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { WorkflowDump } from '@laneway/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changedDump, scenarioDump } from './dumps.ts';
import { sorted, startStoreScenarios, type StoreScenarios } from './store-scenarios.ts';
import { cleanUp, seriesSum, until } from './support.ts';

const image = Buffer.alloc(5969, 'picture');
const python = '"""A module that says what it is in its first line only."""\nvalue = 1\n';
const plainExtensions = ['.txt', '.bat', '.c', '.h', '.ksh', '.pl'];

let scenarios: StoreScenarios;
let web: Server;

beforeAll(async () => {
  web = createServer((request, response) => {
    if (request.url === '/logo.png') response.writeHead(200, { 'content-type': 'image/png' }).end(image);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  scenarios = await startStoreScenarios({
    'dir1/file1': '100',
    'dir1/file2': '1000',
    'dir1/file3': '10000',
    'dir1/file4': '100',
    'dir1/file5': '100000',
    'dir2/file1': '100',
    'test.py': python,
    'lorem_ipsum.enl': 'Lorem ipsum dolor sit amet.\n',
    'fetch.txt': `${logo()} 5969 data/googlelogo_color_272x92dp.png`,
    'whitespaces_fetch.txt': `${logo()} 5969 googlelogo color 272x92dp.png`,
    'incorrect_fetch.txt': 'nothing',
    'target/kept': 'kept',
  });
});
afterAll(async () => {
  await cleanUp();
  web.closeAllConnections();
  await new Promise((resolve) => web.close(resolve));
});

function logo(): string {
  return `http://127.0.0.1:${(web.address() as AddressInfo).port}/logo.png`;
}

const itemFailed = 'Lambda exception occurred during item processing.';

test.each([
  ['S45', 'test.py', 'Python script, ASCII text executable'],
  ['S46', 'lorem_ipsum.enl', 'ASCII text'],
])('%s the format of %s is told from its content', async (_title, fileName, formatName) => {
  const ended = await scenarios.run(scenarioDump('detect-file-formats'), { 'input-files': await scenarios.files(fileName) });
  expect(ended.status).toBe('finished');
  const found = { fileId: await scenarios.file(fileName), fileName, formatName, mimeType: 'text/plain' };
  expect(await ended.list('formats')).toEqual([{ ...found, isExtensionMatchingFormat: false, extensions: plainExtensions }]);
});

describe('a directory as input of regular files', () => {
  const workflows = [
    ['S47', 'detect-file-formats', 'formats'],
    ['S50', 'detect-file-mime-formats', 'files-format'],
  ] as const;

  test.each(workflows)('%s a list refuses it (%s), and nothing is scheduled', async (_title, name) => {
    const list = async (): Promise<number> => {
      const phases = ['waiting', 'ongoing', 'suspended', 'ended'] as const;
      const { executions } = scenarios.product.client;
      const pages = await Promise.all(phases.map(async (phase) => await executions.list(scenarios.spaceId, { phase })));
      return pages.flatMap((page) => page.atmWorkflowExecutions).length;
    };
    const before = await list();
    const dump = changedDump(name, (plain) => {
      Object.assign(plain.revision.atmWorkflowSchemaRevision.stores[0]!, { type: 'list' });
    });
    const { status, id, json } = await scenarios.schedule(dump, { 'input-files': await scenarios.files('test.py', 'dir1') });
    expect([status, id]).toEqual([400, 'atmStoreCreationFailed']);
    expect((json as { readonly error: { readonly details: unknown } }).error.details).toMatchObject({
      specificError: {
        id: 'atmDataValueConstraintUnverified',
        details: { type: 'array', valueConstraints: { '$[1]': { details: { valueConstraints: { fileType: 'REG' } } } } },
      },
    });
    expect(await list()).toBe(before);
  });

  test.each(workflows)(
    '%s a forest takes it as a root (%s), and its regular files are the items (lambdas §13.5)',
    async (_title, name, store) => {
      const ended = await scenarios.run(scenarioDump(name), { 'input-files': await scenarios.files('dir2') });
      expect(ended.status).toBe('finished');
      expect((await ended.list(store)).map(({ fileId }: { fileId: string }) => fileId)).toEqual([await scenarios.file('dir2/file1')]);
    },
  );
});

test.each([
  ['S48', 'test.py', 'text/x-python'],
  ['S49', 'lorem_ipsum.enl', 'unknown'],
])('%s the MIME type of %s is told from its name', async (_title, fileName, mimeType) => {
  const ended = await scenarios.run(scenarioDump('detect-file-mime-formats'), { 'input-files': await scenarios.files(fileName) });
  expect(ended.status).toBe('finished');
  expect(await ended.list('files-format')).toEqual([{ fileId: await scenarios.file(fileName), fileName, mimeType }]);
});

describe('download-files', () => {
  const download = async (fetchFile: string) =>
    await scenarios.run(scenarioDump('download-files'), {
      'fetch-files': await scenarios.files(fetchFile),
      destination: (await scenarios.files('target'))[0],
    });
  const place = (path: string): string => join(scenarios.directory, 'target', path);
  const found = (fetchFileName: string) => ({
    severity: 'info',
    source: 'user',
    content: { status: 'Found  1 files to be downloaded.', fetchFileName },
  });

  test('S51 the file of a fetch file lies below the destination, its checksum in the log, and the log tells of it', async () => {
    const ended = await download('fetch.txt');
    expect(ended.status).toBe('finished');
    const path = 'data/googlelogo_color_272x92dp.png';
    expect(readFileSync(place(path)).equals(image)).toBe(true);
    expect(readFileSync(place('kept'), 'utf8')).toBe('kept');
    const destinationPath = `.__onedata__file_id__${await scenarios.file('target')}/${path}`;
    expect(await ended.list('files-to-download')).toEqual([{ sourceUrl: logo(), destinationPath, size: 5969 }]);
    expect(await ended.list('downloaded-files')).toEqual([destinationPath]);
    expect(await ended.taskLog('parse-fetch-file-mounted')).toContainEqual(expect.objectContaining(found('fetch.txt')));
    const { timeSeriesStoreId } = await ended.task('download-file-mounted');
    expect(await seriesSum(scenarios.product.client, timeSeriesStoreId, 'bytesProcessed', 'sum1h')).toBe(5969);
    const checksums = (await ended.taskLog('calculate-downloaded-file-checksum-mounted')).filter(({ source }) => source === 'user');
    expect(checksums.map(({ content }) => content)).toMatchObject([{ filePath: destinationPath, algorithm: 'md5' }]);
  });

  test('S54 a broken fetch file fails its lane at once: one run, one exception, the reason in the log', async () => {
    const ended = await download('incorrect_fetch.txt');
    expect(ended.status).toBe('failed');
    const failure = (await ended.taskLog('parse-fetch-file-mounted')).find(({ severity }) => severity === 'error');
    expect(failure).toMatchObject({ source: 'system', content: { description: itemFailed } });
    const reason = 'ValueError: not enough values to unpack (expected 3, got 1)';
    expect(failure).toMatchObject({ content: { details: { reason: expect.stringContaining(reason) } } });
    expect((await ended.list('fetch-files')).map(({ fileId }: { fileId: string }) => fileId)).toEqual([
      await scenarios.file('incorrect_fetch.txt'),
    ]);
    const [first, second] = ended.details.lanes;
    expect(first?.runs.map(({ runNumber }) => runNumber)).toEqual([1]);
    expect((second?.runs ?? []).filter(({ runNumber }) => runNumber !== null)).toEqual([]);
    const entries = scenarios.product.client.stores.entries(first?.runs[0]?.exceptionStoreId ?? '');
    const exceptions: unknown[] = [];
    for await (const entry of entries) exceptions.push(entry);
    expect(exceptions).toMatchObject([{ success: true, value: { value: { fileId: await scenarios.file('incorrect_fetch.txt') } } }]);
  });

  test('S55 the path of a download may contain blanks', async () => {
    const ended = await download('whitespaces_fetch.txt');
    expect(ended.status).toBe('finished');
    expect(existsSync(place('googlelogo color 272x92dp.png'))).toBe(true);
    expect(await ended.taskLog('parse-fetch-file-mounted')).toContainEqual(expect.objectContaining(found('whitespaces_fetch.txt')));
  });
});

const echoWith = (config: Readonly<Record<string, unknown>>): WorkflowDump =>
  changedDump('echo', (dump) => {
    const [box] = dump.revision.atmWorkflowSchemaRevision.lanes[0]!.parallelBoxes;
    Object.assign(box!.tasks[0]!.lambdaConfig, config);
  });

test('S56 a configuration parameter of the task wins over its default: the lambda sleeps', async () => {
  const started = performance.now();
  const execution = await scenarios.start(echoWith({ sleepDurationSec: 2 }), { input: await scenarios.files('dir1') });
  const seen = await until(
    'the task at work',
    async () => await scenarios.product.client.executions.details(execution.id),
    ({ status, lanes }) => status !== 'scheduled' && lanes[0]?.runs[0]?.status === 'active',
  );
  expect(seen.status).toBe('active');
  const ended = await scenarios.end(execution);
  expect(ended.status).toBe('finished');
  // It slept; how much longer all the rest took is no matter of this test.
  expect(performance.now() - started).toBeGreaterThan(2000);
});

test('S57 the exception of a lambda is in the log of its task, and counted', async () => {
  const ended = await scenarios.run(echoWith({ exceptionProbability: 1 }), { input: await scenarios.files('dir1') });
  expect(ended.status).toBe('failed');
  expect(await ended.task('echo')).toMatchObject({ itemsProcessed: 1, itemsFailed: 1 });
  expect((await ended.taskLog('echo')).filter(({ severity }) => severity === 'error')).toMatchObject([
    { source: 'system', content: { description: itemFailed, details: { reason: 'Random exception' } } },
  ]);
  expect((await ended.list('input')).map(({ fileId }: { fileId: string }) => fileId)).toEqual([await scenarios.file('dir1')]);
});

/** The form of calculate-checksums-rest, which differs in its image and needs no mount. */
const restChecksums = (): WorkflowDump =>
  JSON.parse(
    JSON.stringify(scenarioDump('calculate-checksums-mounted'))
      .replaceAll('calculate-checksum-mounted:v2', 'calculate-checksum-rest:v2')
      .replaceAll('"mountOneclient":true', '"mountOneclient":false'),
  ) as WorkflowDump;

test.each([
  ['rest', restChecksums],
  ['mounted', () => scenarioDump('calculate-checksums-mounted')],
])('S58 the time series of the checksum tasks (%s) count every file and every byte', async (_title, dump) => {
  const ended = await scenarios.run(dump(), { 'input-files': await scenarios.files('dir1') });
  expect(ended.status).toBe('finished');
  for (const name of ['md5', 'sha256']) {
    const { timeSeriesStoreId } = await ended.task(name);
    const sum = async (series: string): Promise<number> => await seriesSum(scenarios.product.client, timeSeriesStoreId, series, 'sum1h');
    expect([await sum('filesProcessed'), await sum('bytesProcessed')]).toEqual([5, 21]);
  }
  const paths = ['dir1', ...['file1', 'file2', 'file3', 'file4', 'file5'].map((name) => `dir1/${name}`)];
  const ids = (await scenarios.files(...paths)).map(({ fileId }) => fileId);
  const listed = (await ended.list('results')).map(({ fileId }: { fileId: string }) => fileId);
  expect(sorted(listed)).toEqual(sorted([...ids, ...ids]));
});

test('S59 demo greets every node of the tree', async () => {
  const ended = await scenarios.run(scenarioDump('demo'), { input_files: await scenarios.files('dir2') });
  expect(ended.status).toBe('finished');
  expect(sorted(await ended.list('results'))).toEqual(['Hello - dir2', 'Hello - file1']);
});

test('S60 the downloaded audit log has the entries that are shown, in reverse order', async () => {
  const ended = await scenarios.run(scenarioDump('echo'), { input: await scenarios.files('dir1/file1') });
  const stores = '/api/v3/oneprovider/automation/execution/stores';
  const logId = (await ended.task('echo')).systemAuditLogId;
  const dump = (await scenarios.ask('GET', `${stores}/${logId}/dump`)).json as readonly unknown[];
  const shown = (await scenarios.product.client.stores.content(logId)) as {
    readonly logEntries: readonly unknown[];
    readonly isLast: boolean;
  };
  expect(shown.isLast).toBe(true);
  expect(shown.logEntries.length).toBeGreaterThan(1);
  expect(dump).toEqual(shown.logEntries.toReversed());
});
