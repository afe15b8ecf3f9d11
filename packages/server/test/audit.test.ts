import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../test/support/databases.ts';
import { newWorld, type Person, type World } from './support/world.ts';

const oz = '/api/v3/onezone';
const op = '/api/v3/oneprovider';

interface Entry {
  readonly at: number;
  readonly userId: string;
  readonly tokenId: string;
  readonly address: string;
  readonly operation: string;
  readonly target: string;
  readonly details: Record<string, unknown>;
}

describe.each(databaseKinds)('the audit of changes on $name', (kind) => {
  let world: World;
  let owner: Person;
  beforeEach(async () => {
    world = await newWorld({}, kind);
    owner = await world.person('Owner');
  });
  afterEach(async () => await world.close());

  const changes = async (query = ''): Promise<Entry[]> => (await world.get(`${oz}/audit${query}`, world.admin)).body.changes as Entry[];

  it('tells who did what to which entity, when and from where, newest first', async () => {
    const before = Date.now();
    const made = await world.send('POST', `${oz}/user/atm_inventories`, owner, { name: 'inventory1' });
    const id = String(made.headers['location']).split('/').at(-1);
    await world.send('PATCH', `${oz}/atm_inventories/${id}`, owner, { name: 'inventory2' });
    const [renamed, created] = await changes(`?entity=${id}`);
    expect(created).toMatchObject({
      userId: owner.id,
      address: '127.0.0.1',
      operation: 'create_user_atm_inventory',
      target: `${oz}/user/atm_inventories`,
      details: { name: 'inventory1', created: id },
    });
    expect(renamed).toMatchObject({
      operation: 'modify_atm_inventory',
      target: `${oz}/atm_inventories/${id}`,
      details: { name: 'inventory2' },
    });
    expect([created?.tokenId.length, (created?.at ?? 0) >= before - 1000]).toEqual([38, true]);
  });

  it('has nothing of refused requests, of requests that only read, and of guests', async () => {
    const earlier = (await changes('?limit=1000')).length;
    await world.send('POST', `${oz}/user/atm_inventories`, owner, { name: '' });
    await world.send('POST', `${oz}/user/atm_inventories`, null, { name: 'inventory1' });
    await world.get(`${oz}/user/atm_inventories`, owner);
    await world.send('POST', `${oz}/tokens/examine`, owner, { token: owner.token });
    expect((await changes('?limit=1000')).length).toBe(earlier);
  });

  it('is filtered by user, operation and time, and read page by page', async () => {
    for (const name of ['one', 'two', 'three']) await world.send('POST', `${oz}/user/atm_inventories`, owner, { name });
    await world.send('POST', `${oz}/user/groups`, owner, { name: 'group' });
    const names = (entries: readonly Entry[]): unknown[] => entries.map((entry) => entry.details['name']);
    expect(names(await changes(`?user=${owner.id}&operation=create_user_atm_inventory`))).toEqual(['three', 'two', 'one']);
    const first = (await world.get(`${oz}/audit?user=${owner.id}&limit=3`, world.admin)).body;
    expect([names(first.changes), first.isLast]).toEqual([['group', 'three', 'two'], false]);
    const second = (await world.get(`${oz}/audit?user=${owner.id}&limit=3&token=${first.nextPageToken}`, world.admin)).body;
    expect([names(second.changes), second.isLast, second.nextPageToken]).toEqual([['one'], true, null]);
    const [newest] = await changes(`?user=${owner.id}`);
    expect(await changes(`?user=${owner.id}&since=${(newest?.at ?? 0) + 1}`)).toEqual([]);
  });

  it('keeps no secrets and no long values', async () => {
    const customMetadata = { note: 'x'.repeat(500) };
    await world.send('POST', `${oz}/user/tokens/named`, owner, { name: 'mine', customMetadata });
    await world.send('POST', `${oz}/user/groups`, owner, { name: 'group', password: 'secret', token: 'hunter-two' });
    const text = JSON.stringify(await changes(`?user=${owner.id}`));
    expect(text).not.toMatch(/secret|hunter-two|xxx/);
    expect(text).toContain('"customMetadata":"object"');
  });

  it('has the id of a token that was named by its text, which is a secret (rest R136)', async () => {
    const made = await world.post(`${oz}/user/client_tokens`, owner);
    const text = made.body.token as string;
    const id = (await world.post(`${oz}/tokens/examine`, null, { token: text })).body.id as string;
    expect((await world.send('DELETE', `${oz}/user/client_tokens/${text}`, owner)).status).toBe(204);
    expect(await changes(`?entity=${id}`)).toMatchObject([
      { operation: 'delete_client_token', target: `${oz}/user/client_tokens/${id}`, details: {} },
    ]);
    expect(JSON.stringify(await changes())).not.toContain(text);
  });

  it('is for administrators: others 403, guests 401; bad filters name their field', async () => {
    expect((await world.get(`${oz}/audit`, owner)).status).toBe(403);
    expect((await world.get(`${oz}/audit`, null)).status).toBe(401);
    for (const [query, id, key] of [
      ['limit=0', 'badValueNotInRange', 'limit'],
      ['limit=many', 'badValueInteger', 'limit'],
      ['since=yesterday', 'badValueInteger', 'since'],
      ['until=-1', 'badValueTooLow', 'until'],
      ['user=one&user=two', 'badValueString', 'user'],
    ] as const)
      expect((await world.get(`${oz}/audit?${query}`, world.admin)).body.error).toMatchObject({ id, details: { key } });
    for (const token of ['x', Buffer.from('1 \0').toString('base64url'), Buffer.from('1 ').toString('base64url')]) {
      const { error } = (await world.get(`${oz}/audit?token=${token}`, world.admin)).body;
      expect(error).toMatchObject({ id: 'badData', details: { key: 'token' } });
    }
  });

  it('has commands on executions too, without making them wait', async () => {
    const spaceId = await world.space(owner, 'data');
    await world.deps.spaces.get(spaceId);
    const { body } = await world.post(`${op}/lookup-file-id/data/`, owner);
    const dataset = await world.send('POST', `${op}/datasets`, owner, { rootFileId: body.fileId });
    await expect
      .poll(async () => (await changes(`?entity=${dataset.body.datasetId}`)).map((entry) => entry.operation))
      .toEqual(['establish_dataset']);
  });

  it('has what users do to files as soon as they are answered, and nothing of what jobs do: that may be one request for each file', async () => {
    const spaceId = await world.space(owner, 'data');
    const { body } = await world.post(`${op}/lookup-file-id/data/`, owner);
    const grant = { userId: owner.id, spaceId, executionId: 'execution1', readonly: false };
    Object.assign(world.deps, {
      jobTokens: { verify: async (token: string) => await Promise.resolve(token === 'job' ? { ok: true, value: grant } : null) },
    });
    const xattrs = `${op}/data/${body.fileId}/metadata/xattrs`;
    expect((await world.send('PUT', xattrs, { id: owner.id, token: 'job' }, { mood: 'good' })).status).toBe(204);
    expect((await world.send('PUT', xattrs, owner, { mood: 'better' })).status).toBe(204);
    expect((await changes(`?entity=${body.fileId}`)).map(({ operation, details }) => [operation, details])).toEqual([
      ['set_xattr', { mood: 'better' }],
    ]);
    const dataset = await world.send('POST', `${op}/datasets`, { id: owner.id, token: 'job' }, { rootFileId: body.fileId });
    expect((await changes(`?entity=${dataset.body.datasetId}`)).map((entry) => entry.tokenId)).toEqual(['job of execution1']);
  });
});
