/** `laneway store`: dumps to the terminal and to files, which are whole or not there. */
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sizeText } from '../src/byte-progress.ts';
import { buildProgram } from '../src/program.ts';

let folder: string;
let server: Server;
let url: string;
let requests: string[];
let answer: (response: ServerResponse) => void;

beforeEach(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'laneway-store-')));
  requests = [];
  answer = (response) => response.end('{"index":"0","value":1}\n');
  server = createServer((request, response) => {
    requests.push(request.url ?? '');
    if (request.url?.endsWith('/s1') === true) response.end('{"type":"list"}');
    else if (request.url?.includes('/content') === true)
      response.end('{"items":[{"index":"0","success":true,"value":7},{"index":"1","success":false,"error":{"id":"x"}}],"isLast":true}');
    else answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  process.exitCode = undefined;
  rmSync(folder, { recursive: true, force: true });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function laneway(args: readonly string[], err: PassThrough = new PassThrough(), interactive = false): Promise<string> {
  const out = new PassThrough();
  const printed = text(out);
  const env = { LANEWAY_SERVER: url, LANEWAY_TOKEN: 't' };
  try {
    await buildProgram({ out, err, interactive, color: false, env }, '1.2.3').parseAsync(['store', 's1', ...args], { from: 'user' });
  } finally {
    out.end();
  }
  return await printed;
}

describe('prints', () => {
  test('values without a format, one a line, as ever', async () => {
    expect(await laneway([])).toBe('7\n{"error":{"id":"x"}}\n');
  });

  test('the dump with one', async () => {
    expect(await laneway(['--format', 'csv'])).toBe('{"index":"0","value":1}\n');
    expect(requests).toEqual(['/api/v3/oneprovider/automation/execution/stores/s1/export?format=csv']);
    await expect(laneway(['--format', 'xml'])).rejects.toMatchObject({ exitCode: 1, name: 'CommanderError' });
  });
});

describe('with --output', () => {
  const file = (): string => join(folder, 'out.jsonl');

  test('everything is in the file, and nothing beside it', async () => {
    writeFileSync(file(), 'old');
    expect(await laneway(['--format', 'jsonl', '--output', file()])).toBe('');
    expect(readFileSync(file(), 'utf8')).toBe('{"index":"0","value":1}\n');
    await laneway(['--output', file()]);
    expect(readFileSync(file(), 'utf8')).toBe('7\n{"error":{"id":"x"}}\n');
    expect(readdirSync(folder)).toEqual(['out.jsonl']);
  });

  test('a link stays a link', async () => {
    writeFileSync(join(folder, 'real'), 'old');
    symlinkSync('real', file());
    await laneway(['--format', 'jsonl', '--output', file()]);
    expect([lstatSync(file()).isSymbolicLink(), readFileSync(join(folder, 'real'), 'utf8')]).toEqual([true, '{"index":"0","value":1}\n']);
  });

  test.each(['new', 'old'])('a dump that breaks off is a failure, and the %s file is as it was', async (state) => {
    if (state === 'old') writeFileSync(file(), 'old');
    answer = (response) => {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      response.write('{"index":"0","value":1}\n', () => response.destroy());
    };
    await expect(laneway(['--format', 'jsonl', '--output', file()])).rejects.toThrow('no answer from');
    expect(readdirSync(folder)).toEqual(state === 'old' ? ['out.jsonl'] : []);
    if (state === 'old') expect(readFileSync(file(), 'utf8')).toBe('old');
  });

  test('a refusal is told, and no file is made', async () => {
    answer = (response) => response.writeHead(404).end('{"error":{"id":"notFound","description":"no store"}}');
    await expect(laneway(['--format', 'csv', '--output', file()])).rejects.toMatchObject({ status: 404 });
    expect(readdirSync(folder)).toEqual([]);
  });

  test('Ctrl-C leaves the file as it was, with the exit code of an interrupt', async () => {
    const err = new PassThrough();
    const told = text(err);
    const started = new Promise<void>((resolve) => {
      answer = (response) => {
        response.writeHead(200);
        response.write('{"index":"0","value":1}\n', () => resolve());
      };
    });
    const running = laneway(['--format', 'jsonl', '--output', file()], err);
    await started;
    while (readdirSync(folder).length === 0) await new Promise((resolve) => setImmediate(resolve));
    process.emit('SIGINT');
    await running;
    err.end();
    expect([process.exitCode, await told, readdirSync(folder)]).toEqual([130, `${file()} was not written\n`, []]);
  });

  test('a place that cannot be written is named', async () => {
    mkdirSync(join(folder, 'd'));
    await expect(laneway(['--format', 'csv', '--output', join(folder, 'd')])).rejects.toThrow('it is a directory');
    await expect(laneway(['--format', 'csv', '--output', join(folder, 'no', 'x')])).rejects.toThrow(
      /^cannot write .*no such file or directory$/,
    );
  });

  test('shows on a terminal how far it came', async () => {
    const err = Object.assign(new PassThrough(), { isTTY: true });
    const told = text(err);
    await laneway(['--format', 'jsonl', '--output', file()], err, true);
    err.end();
    expect(await told).toContain('24 B');
  });
});

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.00 kB'],
  [123_456_789, '123 MB'],
])('%d bytes are %s', (bytes, shown) => {
  expect(sizeText(bytes)).toBe(shown);
});
