import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inventoryPrivileges, spacePrivileges } from '@laneway/engine';
import { databaseKinds } from '../../../test/support/databases.ts';
import { readReference } from '../../../test/support/reference.ts';
import { lambdaRevision, newWorld, type Person, type World } from './support/world.ts';

describe.each(databaseKinds)('the registry on $name', (kind) => {
  const oz = '/api/v3/onezone';
  let world: World;
  let owner: Person;
  let stranger: Person;
  let inventoryId: string;

  beforeEach(async () => {
    world = await newWorld({}, kind);
    owner = await world.person('Owner');
    stranger = await world.person('Stranger');
    inventoryId = await world.inventory(owner);
  });

  afterEach(async () => {
    await world.close();
  });

  function dump(name: string): Record<string, any> {
    return readReference(`workflows/${name}.json`) as Record<string, any>;
  }

  async function importDump(name: string, as: Person, into = inventoryId): Promise<string> {
    const answer = await world.post(`${oz}/atm_workflow_schemas`, as, { ...dump(name), atmInventoryId: into });
    expect([answer.status, answer.text]).toEqual([201, '']);
    return String(answer.headers['location']).split('/').at(-1)!;
  }

  const names = [
    'calculate-checksums-mounted',
    'demo',
    'detect-file-formats',
    'detect-file-mime-formats',
    'echo',
    'workflow-empty-lane',
    'workflow-with-sleep-50-failing',
    'workflow-with-sleep-two-lanes',
  ];

  describe('import and export of workflow schemas (rest §8.3, schemas §11)', () => {
    it.each(names)('%s is imported, and its dump imports to the same revision (schemas R30, R59)', async (name) => {
      const id = await importDump(name, owner);
      const number = dump(name)['revision'].originalRevisionNumber;
      const first = await world.post(`${oz}/atm_workflow_schemas/${id}/dump`, owner, { includeRevision: number });
      expect(first.status).toBe(200);
      const again = await world.post(`${oz}/atm_workflow_schemas`, owner, { ...first.body, atmInventoryId: inventoryId });
      expect(again.status).toBe(201);
      const second = await world.get(`${oz}/atm_workflow_schemas/${String(again.headers['location']).split('/').at(-1)}`, owner);
      const original = await world.get(`${oz}/atm_workflow_schemas/${id}`, owner);
      expect(second.body.revisionRegistry).toEqual(original.body.revisionRegistry);
      expect(second.body.atmLambdas).toEqual(original.body.atmLambdas);
    });

    it('the same foreign dump twice makes its lambda once (schemas R59)', async () => {
      await importDump('echo', owner);
      await importDump('echo', owner);
      expect((await world.get(`${oz}/atm_inventories/${inventoryId}/atm_lambdas`, owner)).body.atm_lambdas).toHaveLength(1);
    });

    it('links the lambda of another inventory where the user manages it, and copies it where he does not (schemas R59)', async () => {
      const id = await importDump('echo', owner);
      const [lambdaId] = (await world.get(`${oz}/atm_workflow_schemas/${id}`, owner)).body.atmLambdas;
      const number = dump('echo')['revision'].originalRevisionNumber;
      const exported = (await world.post(`${oz}/atm_workflow_schemas/${id}/dump`, owner, { includeRevision: number })).body;
      const other = await world.inventory(owner);
      const linked = await world.post(`${oz}/atm_workflow_schemas`, owner, { ...exported, atmInventoryId: other });
      expect(linked.status).toBe(201);
      expect((await world.get(`${oz}/atm_inventories/${other}/atm_lambdas`, owner)).body.atm_lambdas).toEqual([lambdaId]);
      const foreign = await world.inventory(stranger);
      await world.post(`${oz}/atm_workflow_schemas`, stranger, { ...exported, atmInventoryId: foreign });
      const copied = (await world.get(`${oz}/atm_inventories/${foreign}/atm_lambdas`, stranger)).body.atm_lambdas;
      expect(copied).toHaveLength(1);
      expect(copied).not.toContain(lambdaId);
    });

    it('a refused import leaves nothing behind (schemas R58)', async () => {
      const broken = dump('echo');
      const stores = broken['revision'].atmWorkflowSchemaRevision._data.stores;
      stores.push(stores[0]);
      const answer = await world.post(`${oz}/atm_workflow_schemas`, owner, { ...broken, atmInventoryId: inventoryId });
      expect([answer.status, answer.body.error.details.key]).toEqual([400, 'stores']);
      expect((await world.get(`${oz}/atm_inventories/${inventoryId}/atm_lambdas`, owner)).body.atm_lambdas).toEqual([]);
      expect((await world.get(`${oz}/atm_inventories/${inventoryId}/atm_workflow_schemas`, owner)).body.atm_workflow_schemas).toEqual([]);
    });

    it('a lambda that cannot be resolved is badData tasks (rest R126)', async () => {
      const bare = dump('echo');
      bare['revision'].supplementaryAtmLambdas = {};
      const answer = await world.post(`${oz}/atm_workflow_schemas`, owner, { ...bare, atmInventoryId: inventoryId });
      expect([answer.error, answer.body.error.details.key]).toEqual(['badData', 'tasks']);
    });

    it('a manager of schemas who may not manage lambdas cannot bring new ones (schemas R57)', async () => {
      await world.joinInventory(inventoryId, stranger, ['atm_inventory_view', 'atm_inventory_manage_workflow_schemas']);
      const body = { ...dump('echo'), atmInventoryId: inventoryId };
      expect((await world.post(`${oz}/atm_workflow_schemas`, stranger, body)).body.error.details.key).toBe('tasks');
      await importDump('echo', owner);
      expect((await world.post(`${oz}/atm_workflow_schemas`, stranger, body)).status).toBe(201);
    });

    it('permission is decided by the inventory before the body is looked at (rest R103, R118, schemas R37)', async () => {
      const url = `${oz}/atm_workflow_schemas`;
      expect((await world.post(url, null, {})).status).toBe(401);
      expect((await world.post(url, stranger, { atmInventoryId: inventoryId })).status).toBe(403);
      expect((await world.post(url, owner, {})).status).toBe(403);
      expect((await world.post(url, owner, { atmInventoryId: 'none', name: 'x' })).status).toBe(403);
      expect((await world.post(url, world.admin, {})).body.error).toMatchObject({
        id: 'missingRequiredValue',
        details: { key: 'atmInventoryId' },
      });
      expect((await world.post(url, world.admin, { atmInventoryId: 'none' })).error).toBe('badValueIdNotFound');
      expect((await world.post(url, owner, { atmInventoryId: inventoryId })).body.error.details).toEqual({ key: 'name' });
    });

    it('revisions are inserted by number or auto, overwritten and deleted (rest R120, R124)', async () => {
      const id = await importDump('echo', owner);
      const url = `${oz}/atm_workflow_schemas/${id}`;
      const number = dump('echo')['revision'].originalRevisionNumber;
      const { body } = await world.post(`${url}/revision/${number}/dump`, owner, {});
      expect((await world.send('PUT', `${url}/revision/9`, owner, body)).status).toBe(204);
      expect((await world.send('PUT', `${url}/revision/auto`, owner, body)).status).toBe(204);
      expect((await world.send('PUT', `${url}/revision/x`, owner, body)).body.error.details.key).toBe('targetRevisionNumber');
      expect(Object.keys((await world.get(url, owner)).body.revisionRegistry)).toEqual([String(number), '9'].toSorted());
      expect((await world.send('DELETE', `${url}/revision/9`, owner)).status).toBe(204);
      expect((await world.send('DELETE', `${url}/revision/9`, null)).status).toBe(404);
    });
  });

  describe('lambdas (rest §8.2)', () => {
    it('revisions are immutable, dumps can be posted back, use keeps the link (rest R120, R122, R129)', async () => {
      const schemaId = await importDump('echo', owner);
      const [id] = (await world.get(`${oz}/atm_workflow_schemas/${schemaId}`, owner)).body.atmLambdas;
      const url = `${oz}/atm_lambdas/${id}`;
      const lambda = await world.get(url, owner);
      const [number] = Object.keys(lambda.body.revisionRegistry);
      const exported = await world.post(`${url}/dump`, owner, { includeRevision: number });
      expect(exported.body).toMatchObject({ schemaFormatVersion: 3, originalAtmLambdaId: id });
      expect((await world.send('PATCH', url, owner, { revision: exported.body.revision })).status).toBe(409);
      expect((await world.send('PUT', `${url}/revision/7`, owner, exported.body.revision)).status).toBe(204);
      expect((await world.send('PATCH', `${url}/revision/7`, owner, { state: 'deprecated' })).status).toBe(204);
      expect((await world.send('PATCH', `${url}/revision/8`, null, { state: 'draft' })).status).toBe(404);
      const unlink = await world.send('DELETE', `${url}/atm_inventories/${inventoryId}`, owner);
      expect([unlink.status, unlink.body.error.details]).toEqual([403, { atmWorkflowSchemas: [schemaId] }]);
      await world.send('DELETE', `${oz}/atm_workflow_schemas/${schemaId}`, owner);
      expect((await world.send('DELETE', `${url}/atm_inventories/${inventoryId}`, owner)).status).toBe(204);
      expect((await world.get(url, owner)).status).toBe(404);
      const copy = await world.post(`${oz}/atm_lambdas`, owner, { ...exported.body, atmInventoryId: inventoryId });
      expect(copy.status).toBe(201);
    });
  });

  describe('inventories and members (rest §8.1)', () => {
    it('a guest learns of existence before the need to log in (rest R103)', async () => {
      expect((await world.get(`${oz}/atm_inventories/none`, null)).status).toBe(404);
      expect((await world.get(`${oz}/atm_inventories/${inventoryId}`, null)).status).toBe(401);
      expect((await world.get(`${oz}/atm_inventories/${inventoryId}`, stranger)).status).toBe(403);
      expect((await world.get(`${oz}/atm_inventories/${inventoryId}`, owner)).body).toMatchObject({
        atmInventoryId: inventoryId,
        creator: { id: owner.id },
      });
    });

    it('creates for the caller with all privileges, and refuses bad names (rest R108)', async () => {
      const answer = await world.post(`${oz}/user/atm_inventories`, stranger, { name: 'mine' });
      const id = String(answer.headers['location']).split('/').at(-1)!;
      const privileges = await world.get(`${oz}/atm_inventories/${id}/users/${stranger.id}/privileges`, stranger);
      expect(privileges.body.privileges).toEqual(inventoryPrivileges.admin);
      expect((await world.post(`${oz}/user/atm_inventories`, stranger, { name: '-' })).error).toBe('badValueName');
      expect((await world.post(`${oz}/user/atm_inventories`, stranger, {})).error).toBe('missingRequiredValue');
    });

    it('administrators add members, members with set_privileges change them (rest R114, R116)', async () => {
      const url = `${oz}/atm_inventories/${inventoryId}/users/${stranger.id}`;
      expect((await world.send('PUT', url, owner, {})).status).toBe(403);
      expect((await world.send('PUT', url, world.admin, {})).status).toBe(201);
      expect((await world.send('PUT', url, world.admin, {})).status).toBe(409);
      expect((await world.send('PUT', `${oz}/atm_inventories/${inventoryId}/users/none`, world.admin, {})).error).toBe(
        'badValueIdNotFound',
      );
      expect((await world.send('PATCH', `${url}/privileges`, stranger, { grant: [] })).status).toBe(403);
      expect((await world.send('PATCH', `${url}/privileges`, owner, {})).error).toBe('missingAtLeastOneValue');
      expect((await world.send('PATCH', `${url}/privileges`, owner, { grant: ['fly'] })).error).toBe('badValueListNotAllowed');
      const grant = ['atm_inventory_manage_lambdas'];
      expect((await world.send('PATCH', `${url}/privileges`, owner, { grant, revoke: ['atm_inventory_view'] })).status).toBe(204);
      expect((await world.get(`${url}/privileges`, stranger)).body.privileges).toEqual(grant);
      expect((await world.send('DELETE', url, owner)).status).toBe(204);
      expect((await world.send('DELETE', url, owner)).status).toBe(404);
    });

    it('deleting an inventory takes its schemas and lambdas along (rest R113)', async () => {
      const schemaId = await importDump('echo', owner);
      expect((await world.send('DELETE', `${oz}/atm_inventories/${inventoryId}`, stranger)).status).toBe(403);
      expect((await world.send('DELETE', `${oz}/atm_inventories/${inventoryId}`, owner)).status).toBe(204);
      expect((await world.get(`${oz}/atm_workflow_schemas/${schemaId}`, world.admin)).status).toBe(404);
      expect((await world.get(`${oz}/atm_lambdas`, world.admin)).body.atm_lambdas).toEqual([]);
    });
  });

  describe('users and spaces (rest §8.6, §8.7)', () => {
    it('administrators create users and tokens for them', async () => {
      const answer = await world.post(`${oz}/users`, world.admin, { fullName: 'New User', username: 'newbie' });
      expect(answer.status).toBe(201);
      const token = await world.post(`${oz}/users/${answer.body.userId}/tokens/named`, world.admin, { name: 'first' });
      const person = { id: answer.body.userId, token: token.body.token };
      expect((await world.get(`${oz}/user`, person)).body).toMatchObject({ userId: person.id, username: 'newbie', blocked: false });
      expect((await world.post(`${oz}/users`, world.admin, { username: 'newbie' })).error).toBe('badValueIdentifierOccupied');
      expect((await world.post(`${oz}/users`, owner, { username: 'other' })).status).toBe(403);
      expect((await world.post(`${oz}/users`, world.admin, { fullName: '' })).error).toBe('badValueFullName');
    });

    it.each(['राम शर्मा', 'สมชาย ใจดี', 'Zoe\u0308 Saldana', "Conan O'Brien, Jr.", '李雷', '𝒳'.repeat(128)])(
      'a full name may be %j (rest R109)',
      async (fullName) => {
        expect((await world.send('PATCH', `${oz}/user`, owner, { fullName })).status).toBe(204);
        expect((await world.get(`${oz}/user`, owner)).body).toMatchObject({ fullName, name: fullName });
      },
    );

    it.each(['', 'A', '-Ada', '\u0308Ada', 'Ada-', 'Ada ', 'Ada\n', 'Ada_', 'a'.repeat(129), null])(
      'a full name may not be %j (rest R106, R109)',
      async (fullName) => {
        expect((await world.send('PATCH', `${oz}/user`, owner, { fullName })).error).toBe('badValueFullName');
      },
    );

    it('a space is made for the caller; naming a directory is for administrators', async () => {
      const answer = await world.post(`${oz}/user/spaces`, owner, { name: 'mine' });
      expect(answer.status).toBe(201);
      const id = String(answer.headers['location']).split('/').at(-1)!;
      expect((await world.get(`${oz}/user/spaces`, owner)).body.spaces).toEqual([id]);
      expect((await world.get(`${oz}/spaces/${id}`, stranger)).status).toBe(403);
      expect((await world.get(`${oz}/user/spaces/${id}`, stranger)).status).toBe(404);
      expect((await world.get(`${oz}/spaces/${id}/users/${owner.id}/privileges`, owner)).body.privileges).toEqual(spacePrivileges.admin);
      expect((await world.post(`${oz}/user/spaces`, owner, { name: 'dir', path: '/usr' })).status).toBe(403);
      expect((await world.post(`${oz}/user/spaces`, world.admin, { name: 'dir', path: 'relative' })).body.error.details.key).toBe('path');
      expect((await world.post(`${oz}/user/spaces`, world.admin, { name: 'dir', path: '/does/not/exist' })).status).toBe(400);
      const last = await world.send('DELETE', `${oz}/spaces/${id}/users/${owner.id}`, owner);
      expect(last.error).toBe('cannotRemoveLastOwner');
    });
  });

  it('a space is deleted by who may, is gone for all its members, and its directory stays (rest §8.6, R103)', async () => {
    const spaceId = await world.space(owner);
    await world.joinSpace(spaceId, stranger);
    const url = `${oz}/spaces/${spaceId}`;
    const { path } = (await world.deps.spaces.get(spaceId))!;
    expect((await world.send('DELETE', `${oz}/spaces/none`, null)).status).toBe(404);
    expect((await world.send('DELETE', url, null)).status).toBe(401);
    expect((await world.send('DELETE', url, stranger)).error).toBe('forbidden');
    expect((await world.send('DELETE', url, owner)).status).toBe(204);
    expect((await world.send('DELETE', url, owner)).status).toBe(404);
    for (const person of [owner, stranger]) expect((await world.get(`${oz}/user/spaces`, person)).body).toEqual({ spaces: [] });
    expect(existsSync(path)).toBe(true);
    const other = await world.space(owner);
    expect((await world.send('DELETE', `${oz}/spaces/${other}`, world.admin)).status).toBe(204);
  });

  it('U+0000, which no id can have and not every database could be asked for, is not found or refused by its key (rest R16)', async () => {
    const op = '/api/v3/oneprovider';
    const paths = ['atm_inventories', 'atm_lambdas', 'atm_workflow_schemas', 'spaces', 'users', 'tokens/named', 'user/tokens/named/name'];
    const urls = [...paths.map((path) => `${oz}/${path}/a%00b`), `${op}/data/%00`, `${op}/automation/execution/workflows/%00`];
    for (const url of urls) expect([url, (await world.get(url, world.admin)).status]).toEqual([url, 404]);
    const nul = 'a\0b';
    const lambda = { revision: { originalRevisionNumber: 1, atmLambdaRevision: lambdaRevision() } };
    const workflow = { spaceId: 'space', atmWorkflowSchemaId: 'schema', atmWorkflowSchemaRevisionNumber: 1 };
    const bodies = [
      [`${op}/automation/execution/workflows`, { ...workflow, spaceId: nul }, 'spaceId'],
      [`${op}/automation/execution/workflows`, { ...workflow, atmWorkflowSchemaId: nul }, 'atmWorkflowSchemaId'],
      [`${oz}/atm_workflow_schemas`, { atmInventoryId: nul, name: 'ab' }, 'atmInventoryId'],
      [`${oz}/atm_workflow_schemas`, { atmInventoryId: inventoryId, name: 'ab', summary: nul }, 'summary'],
      [
        `${oz}/atm_workflow_schemas`,
        { ...dump('echo'), atmInventoryId: inventoryId, originalAtmWorkflowSchemaId: nul },
        'originalAtmWorkflowSchemaId',
      ],
      [`${oz}/atm_lambdas`, { ...lambda, atmInventoryId: inventoryId, originalAtmLambdaId: nul }, 'originalAtmLambdaId'],
      [`${oz}/user/tokens/named`, { name: nul }, 'name'],
    ] as const;
    for (const [url, body, key] of bodies) {
      const answer = await world.post(url, world.admin, body);
      expect([url, answer.status, answer.body.error.details.key]).toEqual([url, 400, key]);
    }
    // A key that nobody asks for may be anything (schemas R30).
    expect((await world.post(`${oz}/atm_lambdas`, world.admin, { ...lambda, atmInventoryId: inventoryId, odd: nul })).status).toBe(201);
    const listed = await world.get(`${op}/spaces/${await world.space(owner)}/automation/execution/workflows?index=%00`, owner);
    expect([listed.status, listed.body.error.details.key]).toEqual([400, 'index']);
  });

  describe('what happens at once or not at all', () => {
    it('a lambda for an inventory that is deleted meanwhile is refused like one for none (rest R118)', async () => {
      const gone = await world.inventory(owner);
      const { registry } = world;
      const look = registry.inventory.bind(registry);
      registry.inventory = async (id) => {
        const found = await look(id);
        if (id === gone) await registry.deleteInventory(gone);
        return found;
      };
      const revision = { originalRevisionNumber: 1, atmLambdaRevision: lambdaRevision() };
      const answer = await world.post(`${oz}/atm_lambdas`, owner, { atmInventoryId: gone, revision });
      expect([answer.status, answer.error, answer.body.error.details]).toEqual([400, 'badValueIdNotFound', { key: 'atmInventoryId' }]);
      expect((await world.get(`${oz}/atm_lambdas`, world.admin)).body).toEqual({ atm_lambdas: [] });
    });

    it('parallel imports of one dump make its lambda once (schemas R59)', async () => {
      const body = { ...dump('echo'), atmInventoryId: inventoryId };
      const answers = await Promise.all(Array.from({ length: 8 }, async () => await world.post(`${oz}/atm_workflow_schemas`, owner, body)));
      expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 8 }, () => 201));
      expect((await world.get(`${oz}/atm_inventories/${inventoryId}/atm_lambdas`, owner)).body.atm_lambdas).toHaveLength(1);
      expect((await world.get(`${oz}/atm_inventories/${inventoryId}/atm_workflow_schemas`, owner)).body.atm_workflow_schemas).toHaveLength(
        8,
      );
    });

    it('a new space has its creator as owner from its first moment on', async () => {
      const answer = await world.post(`${oz}/user/spaces`, owner, { name: 'photos' });
      const id = String(answer.headers['location']).split('/').at(-1)!;
      expect(await world.registry.spaceMember(id, owner.id)).toMatchObject({ owner: true, privileges: spacePrivileges.admin });
    });

    it('of two owners who are deleted at once one stays, and the space with it', async () => {
      const spaceId = await world.space(owner);
      await world.registry.addSpaceMember({ spaceId, userId: stranger.id, privileges: [], owner: true });
      const answers = await Promise.all(
        [owner, stranger].map(async (person) => await world.send('DELETE', `${oz}/users/${person.id}`, world.admin)),
      );
      expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([204, 400]));
      expect(await world.registry.members.list({ type: 'space', id: spaceId }, 'user')).toHaveLength(1);
    });
  });

  describe('deleting a user (rest §8.7)', () => {
    it('takes tokens and memberships along, and the token is refused from then on', async () => {
      const spaceId = await world.space(owner);
      await world.joinSpace(spaceId, stranger);
      await world.joinInventory(inventoryId, stranger);
      const url = `${oz}/users/${stranger.id}`;
      expect((await world.send('DELETE', url, null)).status).toBe(401);
      expect((await world.send('DELETE', url, owner)).status).toBe(403);
      expect((await world.get(`${oz}/user`, stranger)).status).toBe(200);
      expect((await world.send('DELETE', url, world.admin)).status).toBe(204);
      expect((await world.send('DELETE', url, world.admin)).status).toBe(404);
      expect((await world.get(`${oz}/user`, stranger)).body.error).toMatchObject({
        id: 'unauthorized',
        details: { authError: { id: 'tokenInvalid' } },
      });
      expect(await world.registry.members.list({ type: 'space', id: spaceId }, 'user')).toHaveLength(1);
      expect(await world.registry.members.list({ type: 'atm_inventory', id: inventoryId }, 'user')).toHaveLength(1);
      expect(await world.registry.namedTokens(stranger.id)).toEqual([]);
    });

    it('is refused for the last owner of a space and for the last administrator', async () => {
      const spaceId = await world.space(owner);
      const last = await world.send('DELETE', `${oz}/users/${owner.id}`, world.admin);
      expect([last.status, last.body.error.details]).toEqual([400, { entityType: 'od_space', entityId: spaceId }]);
      expect((await world.send('DELETE', `${oz}/users/${world.admin.id}`, world.admin)).error).toBe('forbiddenWithHint');
      const second = await world.person('Second', ['oz_users_create', 'oz_users_delete']);
      expect((await world.send('DELETE', `${oz}/users/${world.admin.id}`, second)).status).toBe(204);
    });
  });

  describe('spaces and lambdas of the provider (rest §5.9; extension)', () => {
    it('shows the caller his spaces with their root, and nobody whether others exist (rest §5.9)', async () => {
      const spaceId = await world.space(owner, 'photos');
      const { fileId } = (await world.post('/api/v3/oneprovider/lookup-file-id/photos', owner)).body;
      const shown = { name: 'photos', spaceId, fileId, dirId: fileId, providers: [{ providerId: world.deps.providerId }] };
      expect((await world.get('/api/v3/oneprovider/spaces', owner)).body).toMatchObject([shown]);
      expect((await world.get(`/api/v3/oneprovider/spaces/${spaceId}`, owner)).body).toMatchObject(shown);
      expect((await world.get('/api/v3/oneprovider/spaces', stranger)).body).toEqual([]);
      expect((await world.get('/api/v3/oneprovider/spaces', null)).status).toBe(401);
      expect((await world.get(`/api/v3/oneprovider/spaces/${spaceId}`, stranger)).status).toBe(403);
      expect((await world.get('/api/v3/oneprovider/spaces/none', owner)).status).toBe(403);
    });

    it('lists the lambdas to users, and tells administrators where they lie', async () => {
      const url = '/api/v3/oneprovider/automation/lambdas';
      const lambda = { name: 'echo', images: ['onedata/lambda-echo'], kind: 'javascript' };
      expect((await world.get(url, null)).status).toBe(401);
      expect((await world.get(url, owner)).body).toEqual({ lambdas: [lambda] });
      expect((await world.get(url, world.admin)).body).toMatchObject({
        lambdas: [{ ...lambda, source: '/lambdas/echo' }],
        report: { lambdaCount: 1 },
      });
    });
  });
});
