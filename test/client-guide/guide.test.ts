/** The examples of docs/client.md are files that are type-checked, and do what the guide says. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LanewayClient } from '@laneway/client';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { smallWorkflow } from '../acceptance/dumps.ts';
import { startApiServer, type ApiServer } from '../api/support/api-server.ts';
import { copyWorkflow } from './copy-workflow.ts';
import { rename } from './explain.ts';
import { runWorkflow } from './run-workflow.ts';
import { namesIn, welcomeTeam } from './welcome-team.ts';

const guide = readFileSync(join(import.meta.dirname, '../../docs/client.md'), 'utf8');
const files = readdirSync(import.meta.dirname).filter((name) => !name.endsWith('.test.ts'));
let api: ApiServer;

beforeAll(async () => {
  api = await startApiServer();
});
afterAll(async () => await api.close());

test('the guide shows the files as they are, and nothing else as TypeScript', () => {
  const shown = [...guide.matchAll(/<!-- test\/client-guide\/(\S+) -->\n\n```ts\n([^]*?)```/g)].map(([, name, code]) => [name, code]);
  expect(Object.fromEntries(shown)).toEqual(
    Object.fromEntries(files.map((name) => [name, readFileSync(join(import.meta.dirname, name), 'utf8')])),
  );
  expect(guide.match(/^```ts$/gm)).toHaveLength(files.length);
});

test('the guide names every part of the client, and only those', () => {
  const table = guide.split('\n').filter((line) => line.startsWith('| `'));
  const named = table.flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name));
  expect(named.toSorted()).toEqual(
    Object.keys(api.client)
      .filter((name) => name !== 'server')
      .toSorted(),
  );
});

test('a workflow is run to its end, and its stores are read', async () => {
  const told = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const { inventoryId, spaceId } = api;
  const dump = smallWorkflow({ image: 'lambda', lanes: [[['echo']]] });
  api.puppets.release();
  expect(await runWorkflow(api.client, dump, { inventoryId, spaceId, input: { input: [{ n: 1 }, { n: 2 }] } })).toMatchObject({
    status: 'finished',
    values: expect.arrayContaining([{ n: 1 }, { n: 2 }]) as unknown[],
  });
  expect(told.mock.calls.flat().at(-1)).toMatch(/ → finished$/);
  told.mockRestore();
});

test('a team is welcome: who joins by its token is in the inventory', async () => {
  const { groupId, token } = await welcomeTeam(api.client, 'curators', api.inventoryId);
  const ada = await api.actor('ada', null, { inInventory: false });
  const asAda = new LanewayClient({ server: api.client.server, token: ada.token });
  expect(await asAda.belongings.join('self', 'groups', token)).toBe(groupId);
  expect(await namesIn(api.client, api.inventoryId)).toContain('ada');
});

test('a workflow is copied into another inventory', async () => {
  const schemaId = await api.client.workflows.create(api.inventoryId, smallWorkflow({ image: 'lambda', lanes: [[['echo']]] }));
  const inventoryId = await api.client.inventories.create('copies');
  const copy = await api.client.workflows.get(await copyWorkflow(api.client, schemaId, inventoryId));
  expect([copy.atmInventoryId, Object.keys(copy.revisionRegistry)]).toEqual([inventoryId, ['1']]);
});

test('a refusal is put into words', async () => {
  expect(await rename(api.client, api.inventoryId, 'renamed')).toBe('done');
  expect(await rename(api.client, api.inventoryId, '!')).toBe('"!" is no name');
  expect(await rename(api.client, 'none', 'renamed')).toBe('there is no such inventory');
  expect(await rename(new LanewayClient({ server: 'http://127.0.0.1:1', token: 't' }), 'i', 'n')).toBe('no answer from http://127.0.0.1:1');
});
