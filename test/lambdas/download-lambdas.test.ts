/** The lambdas of downloads: what a fetch file lists, the download itself from a server of the test, the checksum of what came. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { LambdaHandle } from '@laneway/engine';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openBench, prepare, runJob, SANDBOX_MODES, taskFor, type Bench } from './support.ts';

const body = 'eleven byte';

describe.each(SANDBOX_MODES)('downloads with sandbox "%s"', (sandbox) => {
  let bench: Bench;
  let web: Server;
  let origin: string;
  let requests: string[];

  beforeAll(async () => {
    web = createServer((request, response) => {
      requests.push(request.url ?? '');
      if (request.url === '/moved') response.writeHead(302, { location: '/here' }).end();
      else if (request.url === '/here') response.end(body);
      else response.writeHead(404).end('no');
    });
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
    bench = await openBench({ sandbox });
    mkdirSync(join(bench.spaceRoot, 'destination'));
  });
  beforeEach(() => {
    requests = [];
  });
  afterAll(async () => {
    await bench.close();
    web.closeAllConnections();
    await new Promise((resolve) => web.close(resolve));
  });

  const files = { d: 'destination' };
  const infoOf = (path: string, url: string, size = body.length) => ({
    sourceUrl: `${origin}${url}`,
    destinationPath: `.__onedata__file_id__d/${path}`,
    size,
  });

  async function withLambda<T>(image: string, work: (handle: LambdaHandle) => Promise<T>): Promise<T> {
    const handle = await prepare(bench, taskFor(bench, image, { streams: ['logs', 'stats'] }));
    try {
      return await work(handle);
    } finally {
      await handle.dispose();
    }
  }

  test('a fetch file is read line by line; a path may have blanks and no leading slash (lambdas R123, R124)', async () => {
    writeFileSync(join(bench.spaceRoot, 'fetch.txt'), 'http://a/b 5969 /data/one.png\nroot://c/d\t7  two words.txt\n');
    writeFileSync(join(bench.spaceRoot, 'broken.txt'), 'nothing\n');
    const args = (fileId: string) => ({ fetchFile: { fileId, name: `${fileId}.txt` }, destinationDir: { fileId: 'd' } });
    const { outcome } = await withLambda(
      'onedata/lambda-parse-fetch-file-mounted:v2',
      async (handle) => await runJob(handle, [args('f'), args('d'), args('b')], { files: { ...files, f: 'fetch.txt', b: 'broken.txt' } }),
    );
    const log = (fileId: string, count: number) => ({
      severity: 'info',
      fetchFileName: `${fileId}.txt`,
      status: `Found  ${count} files to be downloaded.`,
    });
    expect(outcome).toMatchObject({
      response: {
        resultsBatch: [
          {
            filesToDownload: [
              { sourceUrl: 'http://a/b', destinationPath: '.__onedata__file_id__d/data/one.png', size: 5969 },
              { sourceUrl: 'root://c/d', destinationPath: '.__onedata__file_id__d/two words.txt', size: 7 },
            ],
            statusLog: log('f', 2),
          },
          { filesToDownload: [], statusLog: log('d', 0) },
          { exception: expect.stringContaining('ValueError: not enough values to unpack (expected 3, got 1)') },
        ],
      },
    });
  });

  test('a file is downloaded once, over redirects, with its parents; a part of it is replaced (lambdas R125)', async () => {
    const info = infoOf('a/b/whole.txt', '/moved');
    const path = join(bench.spaceRoot, 'destination/a/b/whole.txt');
    const download = async () =>
      await withLambda(
        'onedata/lambda-download-file-mounted:v2',
        async (handle) => (await runJob(handle, [{ downloadInfo: info }], { files })).outcome,
      );
    const messages = (outcome: Awaited<ReturnType<typeof download>>): readonly string[] =>
      outcome.kind === 'answered'
        ? outcome.streamed.flatMap(({ resultName, value }) =>
            resultName === 'logs' ? [(value as { content: { message: string } }).content.message] : [],
          )
        : [outcome.kind];
    const sums = (outcome: Awaited<ReturnType<typeof download>>): readonly number[] =>
      ['filesProcessed', 'bytesProcessed'].map((tsName) =>
        (outcome.kind === 'answered' ? outcome.streamed : [])
          .map(({ value }) => value as { tsName?: string; value: number })
          .filter((measurement) => measurement.tsName === tsName)
          .reduce((sum, { value }) => sum + value, 0),
      );
    const first = await download();
    expect(first).toMatchObject({ response: { resultsBatch: [{ processedFilePath: info.destinationPath }] } });
    expect(readFileSync(path, 'utf8')).toBe(body);
    expect([messages(first), sums(first)]).toEqual([[], [1, body.length]]);
    const second = await download();
    expect([messages(second), sums(second)]).toEqual([[expect.stringContaining('Skipping download')], [1, 0]]);
    writeFileSync(path, 'half');
    const third = await download();
    expect([messages(third), readFileSync(path, 'utf8')]).toEqual([[expect.stringContaining('4 B instead of 11 B')], body]);
    expect(requests).toEqual(['/moved', '/here', '/moved', '/here']);
  });

  test('what cannot be downloaded fails its item alone, with the reason (lambdas R126)', async () => {
    const infos = [
      infoOf('missing.txt', '/missing'),
      infoOf('short.txt', '/here', 12),
      { ...infoOf('x.txt', ''), sourceUrl: 'root://h//x' },
      { ...infoOf('y.txt', ''), sourceUrl: 'file:///etc/hostname' },
      infoOf('good.txt', '/here'),
    ];
    const { outcome } = await withLambda(
      'onedata/lambda-download-file-mounted:v2',
      async (handle) =>
        await runJob(
          handle,
          infos.map((downloadInfo) => ({ downloadInfo })),
          { files },
        ),
    );
    expect(outcome).toMatchObject({
      response: {
        resultsBatch: [
          { exception: 'HTTP Error 404: Not Found' },
          { exception: 'Mismatch between expected (12 B) and actual (11 B) size of download.' },
          { exception: expect.stringContaining('only http and https') },
          { exception: expect.stringContaining('only http and https') },
          { processedFilePath: '.__onedata__file_id__d/good.txt' },
        ],
      },
    });
    expect(existsSync(join(bench.spaceRoot, 'destination/y.txt'))).toBe(false);
  });

  test('the checksum of a download names its path; one that never came has none (lambdas R120)', async () => {
    writeFileSync(join(bench.spaceRoot, 'destination/came.txt'), body);
    const { outcome } = await withLambda(
      'onedata/lambda-calculate-downloaded-file-checksum-mounted:v2',
      async (handle) =>
        await runJob(handle, [{ downloadInfo: infoOf('came.txt', '/here') }, { downloadInfo: infoOf('never.txt', '/here') }], {
          files,
          config: { algorithm: 'md5', metadataKey: 'checksum.md5' },
        }),
    );
    const result = (path: string, checksum: string | null) => ({
      result: { filePath: `.__onedata__file_id__d/${path}`, algorithm: 'md5', checksum },
    });
    const md5 = createHash('md5').update(body).digest('hex');
    expect(outcome).toMatchObject({ response: { resultsBatch: [result('came.txt', md5), result('never.txt', null)] } });
  });
});
