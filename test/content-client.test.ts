/** Large inputs and dumps through the client and the command line, against the real server and engine. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { LanewayClient, type DumpedEntry } from '@laneway/client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildProgram } from '../packages/cli/src/program.ts';
import { contentRows } from '../packages/engine/test/content-verbs.ts';
import { realWorld, type RealWorld } from '../packages/server/test/support/real-world.ts';
import { databaseKinds, type DatabaseKind } from './support/databases.ts';

function withContentVerbs(kind: DatabaseKind): DatabaseKind {
  const url = new URL('../packages/engine/test/content-verbs.ts', import.meta.url).href;
  return { name: kind.name, open: async (purpose, modules = []) => await kind.open(purpose, [url, ...modules]) };
}

const [sqlite] = databaseKinds;
let real: RealWorld;
let client: LanewayClient;
let server: string;
let folder: string;
let dumpFile: string;

beforeAll(async () => {
  real = await realWorld(withContentVerbs(sqlite!));
  await real.world.app.listen({ host: '127.0.0.1', port: 0 });
  server = `http://127.0.0.1:${(real.world.app.server.address() as AddressInfo).port}`;
  client = new LanewayClient({ server, token: real.world.admin.token });
});
afterAll(async () => await real.close());
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'laneway-content-'));
  const dump = await real.world.post(`/api/v3/onezone/atm_workflow_schemas/${real.schemas.echo}/dump`, real.world.admin, {
    includeRevision: 1,
  });
  dumpFile = join(folder, 'workflow.json');
  writeFileSync(dumpFile, dump.text);
});
afterEach(() => {
  process.exitCode = undefined;
  rmSync(folder, { recursive: true, force: true });
});

async function laneway(args: readonly string[], input: string | Readable = '', err = new PassThrough()): Promise<string> {
  const out = new PassThrough();
  const printed = text(out);
  const terminal = {
    in: typeof input === 'string' ? Readable.from([Buffer.from(input)]) : input,
    out,
    err,
    interactive: (err as { isTTY?: boolean }).isTTY === true,
    color: false,
    env: { LANEWAY_SERVER: server, LANEWAY_TOKEN: real.world.admin.token },
  };
  try {
    await buildProgram(terminal, '1.2.3').parseAsync(args, { from: 'user' });
  } finally {
    out.end();
  }
  return await printed;
}

const items = (count: number): string => Array.from({ length: count }, (_, index) => `{"n":${index}}\n`).join('');
const rows = async () => await real.database.call(contentRows, null);

async function inputStoreOf(executionId: string): Promise<string> {
  return (await client.executions.details(executionId)).storeRegistry['input'] ?? '';
}

async function allOf<T>(values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
}

describe('laneway run --input STORE=@FILE', () => {
  const run = ['run'] as const;
  const about = (): string[] => [dumpFile, '--space', 'space', '--json'];

  it('sends lines of a file, runs on them, and leaves no upload behind', async () => {
    const file = join(folder, 'items.jsonl');
    writeFileSync(file, items(300));
    const report = JSON.parse(await laneway([...run, ...about(), '--input', `input=@${file}`])) as { executionId: string; status: string };
    expect(report.status).toBe('finished');
    const storeId = await inputStoreOf(report.executionId);
    expect(await laneway(['store', storeId])).toBe(items(300));
    expect((await laneway(['store', storeId, '--format', 'csv'])).split('\r\n').slice(0, 2)).toEqual([
      'index,value,error',
      '0,"{""n"":0}",',
    ]);
    expect((await rows())['upload']).toBe(0);
  });

  it('sends standard input, and shows how far it came', async () => {
    const err = Object.assign(new PassThrough(), { isTTY: true });
    const told = text(err);
    const printed = await laneway([...run, ...about(), '--input', 'input=@-', '--detach'], items(100), err);
    err.end();
    const { executionId } = JSON.parse(printed) as { executionId: string };
    expect(await allOf(client.stores.exported(await inputStoreOf(executionId)))).toHaveLength(100);
    expect(await told).toContain(`${items(100).length} B`);
    await real.atStatus(executionId, 'finished');
  });

  it('names file and line of what is refused, and leaves nothing', async () => {
    const file = join(folder, 'items.ndjson');
    writeFileSync(file, `${items(30_000)}{"n": 1\n${items(10)}`);
    const before = await rows();
    await expect(laneway([...run, ...about(), '--input', `input=@${file}`])).rejects.toThrow(
      `--input input: ${file}: line 30001: it is not valid JSON (character 8)`,
    );
    await expect(laneway([...run, ...about(), '--input', 'input=@-'], '[1,\n2]')).rejects.toThrow(
      'standard input: line 1: it is not valid JSON',
    );
    expect(await rows()).toEqual(before);
  });

  it('does not wait for the rest of an input that was refused', async () => {
    const input = new PassThrough();
    input.write('oops\n1\n');
    await expect(laneway([...run, ...about(), '--input', 'input=@-'], input)).rejects.toThrow('standard input: line 1');
    expect(input.destroyed).toBe(true);
  });

  it('removes what it sent when the schedule is refused', async () => {
    const file = join(folder, 'items.jsonl');
    writeFileSync(file, `${items(5)}7\n`);
    const before = await rows();
    await expect(laneway([...run, ...about(), '--input', `input=@${file}`])).rejects.toThrow(
      /^--input input: \$\[5\]: .* It is 7\. \[atmStoreCreationFailed\]$/,
    );
    expect(await rows()).toEqual(before);
  });

  it('tells a file that cannot be read from a server that cannot be reached', async () => {
    const file = join(folder, 'directory.jsonl');
    mkdirSync(file);
    await expect(laneway([...run, ...about(), '--input', `input=@${file}`])).rejects.toThrow(
      /^cannot read .*directory\.jsonl: it is a directory$/,
    );
    expect((await rows())['upload']).toBe(0);
  });
});

describe('the client', () => {
  it('uploads, schedules and dumps', async () => {
    const upload = await client.uploads.send(real.spaceId, new Blob([items(2500)]).stream());
    expect(upload).toMatchObject({ itemCount: 2500, bytes: items(2500).length });
    const executionId = await client.executions.schedule({
      atmWorkflowSchemaId: real.schemas.hang,
      atmWorkflowSchemaRevisionNumber: 1,
      spaceId: real.spaceId,
      storeInitialContentUploads: { input: upload.uploadId },
    });
    await client.uploads.remove(real.spaceId, upload.uploadId);
    await expect(client.uploads.remove(real.spaceId, upload.uploadId)).rejects.toMatchObject({ status: 404 });
    const storeId = await inputStoreOf(executionId);
    const entries: DumpedEntry[] = await allOf(client.stores.exported(storeId));
    expect(entries).toEqual(Array.from({ length: 2500 }, (_, n) => ({ index: String(n), value: { n } })));
    const { fileName } = await client.stores.export(storeId, 'csv');
    expect(fileName).toMatch(/^[0-9a-f]{12}\.list\.input\..*\.csv$/);
    const file = join(folder, 'out.csv');
    expect(await laneway(['store', storeId, '--format', 'csv', '--output', file])).toBe('');
    expect(readFileSync(file, 'utf8').split('\r\n')).toHaveLength(2502);
    await client.executions.cancel(executionId);
    await real.atStatus(executionId, 'cancelled');
  });

  it('finds failed items by their trace ids, and is told where that makes no sense (R45)', async () => {
    const executionId = await client.executions.schedule({
      atmWorkflowSchemaId: real.schemas.echo,
      atmWorkflowSchemaRevisionNumber: 1,
      spaceId: real.spaceId,
    });
    await real.atStatus(executionId, 'finished');
    const { lanes } = await client.executions.details(executionId);
    const failed = lanes[0]?.runs[0]?.exceptionStoreId ?? '';
    expect(await client.stores.indicesByTraceIds(failed, ['a', 'b'], 5)).toEqual({ a: null, b: null });
    await expect(client.stores.indicesByTraceIds(await inputStoreOf(executionId), ['a'])).rejects.toMatchObject({
      error: { id: 'notSupported' },
    });
  });
});
