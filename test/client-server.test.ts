/** The client and the parts of `laneway run` against the real HTTP server, registry and files. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { LanewayClient } from '@laneway/client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findSpace, spaceForDirectory } from '../packages/cli/src/run/choose-space.ts';
import { readDump } from '../packages/cli/src/run/dump.ts';
import { importDump } from '../packages/cli/src/run/import-dump.ts';
import { viewSchema } from '../packages/cli/src/run/schema-view.ts';
import { spaceFiles } from '../packages/cli/src/run/space-files.ts';
import { Undo } from '../packages/cli/src/run/undo.ts';
import { newWorld, type World } from '../packages/server/test/support/world.ts';

let world: World;
let client: LanewayClient;
let folder: string;
let errors: PassThrough;
let undo: Undo;

beforeEach(async () => {
  world = await newWorld();
  await world.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = world.app.server.address() as AddressInfo;
  client = new LanewayClient({ server: `http://127.0.0.1:${port}`, token: world.admin.token });
  errors = new PassThrough();
  undo = new Undo({ out: new PassThrough(), err: errors, interactive: false, color: false, env: {} });
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'laneway-client-server-')));
  mkdirSync(join(folder, 'sub dir'));
  for (const name of ['a.txt', 'b.csv', 'sub dir/c.txt']) writeFileSync(join(folder, name), name);
});

afterEach(async () => {
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

test('a directory becomes a space once, whatever its path is called', async () => {
  const first = await spaceForDirectory(client, folder, false, undo.made);
  const again = await spaceForDirectory(client, join(folder, '.', 'sub dir', '..'), false, undo.made);
  expect(again).toEqual(first);
  await expect(spaceForDirectory(client, folder, true, undo.made)).rejects.toThrow(/already registered as the writable space/);
  await expect(spaceForDirectory(client, join(folder, 'a.txt'), false, undo.made)).rejects.toThrow(/is not a directory/);
});

test('paths and patterns resolve to files of the space', async () => {
  const space = await spaceForDirectory(client, folder, true, undo.made);
  const resolve = spaceFiles(client, space);
  const [a] = await resolve('a.txt');
  const [c] = await resolve('sub dir/c.txt');
  expect(await resolve('')).toEqual([await client.files.lookup(space.name)]);
  expect(await resolve('*.txt')).toEqual([a]);
  expect(await resolve('**/*.txt')).toEqual([a, c]);
  await expect(resolve('*.png')).rejects.toThrow(/no file of the space .* matches "\*\.png"/);
  await expect(resolve('missing.txt')).rejects.toThrow(/has no file "missing\.txt"/);
});

test.each(['hello', 'checksums', 'file-formats'])('the example %s is imported once, and the file decides what runs', async (name) => {
  const dump = readDump(join(import.meta.dirname, '../examples', name, 'workflow.json'));
  const made: string[] = [];
  const schemaId = await importDump(client, dump, (what) => made.push(what));
  const count = made.length;
  expect(made.at(-1)).toBe(`workflow schema ${schemaId} with its lambdas`);
  expect(await importDump(client, dump, (what) => made.push(what))).toBe(schemaId);
  expect(made).toHaveLength(count);
  const { revisionRegistry } = await client.registry.workflowSchema(schemaId);
  expect(Object.keys(revisionRegistry)).toEqual(['1']);
  // Lambda ids are rewritten by the import (rest R125), nothing else that matters here is.
  expect(viewSchema(revisionRegistry['1'])).toEqual(viewSchema(dump.revision.atmWorkflowSchemaRevision));
});

test.each([[0], [1]])('what a refused run made is gone, with %i inventories there before', async (inventoriesBefore) => {
  for (let count = 0; count < inventoriesBefore; count += 1) await client.registry.createInventory('mine');
  const traces = async (): Promise<unknown> => {
    const inventories = await client.registry.inventories();
    const lambdas = (await world.get('/api/v3/onezone/atm_lambdas', world.admin)).body;
    const schemas = (await world.get('/api/v3/onezone/atm_workflow_schemas', world.admin)).body;
    return { inventories, lambdas, schemas, spaces: await client.registry.spaces() };
  };
  const before = await traces();
  const refused = undo.unlessRefused(async () => {
    await spaceForDirectory(client, folder, false, undo.made);
    await importDump(client, readDump(join(import.meta.dirname, '../examples/checksums/workflow.json')), undo.made);
    expect(await traces()).not.toEqual(before);
    throw new Error('refused');
  });
  await expect(refused).rejects.toThrow('refused');
  expect(await traces()).toEqual(before);
  expect(String(errors.read())).toBe('null');
});

test('a user gets a token that works, and sees the space that was shared', async () => {
  const { spaceId } = await spaceForDirectory(client, folder, true, undo.made);
  const userId = await client.registry.createUser('ada');
  await client.registry.addSpaceMember(spaceId, userId, ['space_view']);
  const token = await client.registry.createUserToken(userId, 'command line');
  const ada = new LanewayClient({ server: client.server, token });
  expect((await findSpace(ada, spaceId)).spaceId).toBe(spaceId);
});
