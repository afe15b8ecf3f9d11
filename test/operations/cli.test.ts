/** The command line reaches every operation that the API offers. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { buildProgram } from '../../packages/cli/src/program.ts';
import { AnyServer, anyId } from './any-server.ts';
import { ofExecutions } from './cli/of-executions.ts';
import { ofInventories } from './cli/of-inventories.ts';
import { ofMembers } from './cli/of-members.ts';
import { ofPlaces } from './cli/of-places.ts';
import { ofTokens } from './cli/of-tokens.ts';
import { ofUsers } from './cli/of-users.ts';
import { otherwise } from './cli/otherwise.ts';
import { forBrowsers, offeredOperations } from './offered.ts';

const commands = { ...ofExecutions, ...ofUsers, ...ofPlaces, ...ofMembers, ...ofInventories, ...ofTokens };
const server = new AnyServer();
let url: string;
let folder: string;
let exitCode: typeof process.exitCode;

beforeAll(async () => {
  exitCode = process.exitCode;
  url = await server.listen();
  folder = mkdtempSync(join(tmpdir(), 'laneway-operations-'));
  const store = (name: string, type: string) => ({
    id: name,
    name,
    type: 'list',
    config: { itemDataSpec: { type } },
    requiresInitialContent: false,
  });
  const stores = [store('items', 'integer'), store('files', 'file')];
  const workflow = { originalRevisionNumber: 1, schemaFormatVersion: 2, atmWorkflowSchemaRevision: { stores, lanes: [] } };
  write('dump.json', JSON.stringify({ name: 'n', revision: workflow }));
  write('lambda.json', JSON.stringify({ revision: { originalRevisionNumber: 1, atmLambdaRevision: {} } }));
  write('items.jsonl', '1\n2\n');
});
beforeEach(() => server.asked.clear());
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
  process.exitCode = exitCode;
});

function write(name: string, content: string): void {
  writeFileSync(join(folder, name), content);
}

/** `I` is an id; words in capitals are files. */
function argumentsOf(line: string): readonly string[] {
  const files = { DUMP: 'dump.json', LAMBDA: 'lambda.json', ITEMS: 'items.jsonl' };
  return line
    .split(' ')
    .map((word) => word.replace(/\bI\b/, anyId).replace(/DUMP|LAMBDA|ITEMS/, (name) => join(folder, files[name as keyof typeof files])));
}

async function run(line: string): Promise<void> {
  const env = { LANEWAY_OLD_PASSWORD: 'old' };
  const terminal = {
    in: Readable.from(['secret\n']),
    out: new PassThrough(),
    err: new PassThrough(),
    interactive: false,
    color: false,
    env,
  };
  terminal.out.resume();
  await buildProgram(terminal, '1.2.3').parseAsync([...argumentsOf(line), '--server', url, '--token', 't'], { from: 'user' });
}

test('every operation is offered by a command, or is left out for a reason', () => {
  const known = [...Object.keys(commands), ...Object.keys(otherwise), ...Object.keys(forBrowsers)];
  expect(known.toSorted()).toEqual([...offeredOperations()].toSorted());
});

test.each(Object.entries(commands))('%s is reached by laneway %s', async (operationId, line) => {
  // What comes after it may find the answers too simple.
  const failure: unknown = await run(line).catch((error: unknown) => error);
  expect([...server.asked], String(failure)).toContain(operationId);
});
