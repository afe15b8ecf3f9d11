/** Spaces themselves: making and changing them, their owners (rest §8.6, R130). */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { spacePrivileges } from '@laneway/engine';
import { databaseKinds } from '../../../test/support/databases.ts';
import { idOf, oz, Relations } from './support/relations.ts';
import { newWorld, type Person, type World } from './support/world.ts';

describe.each(databaseKinds)('spaces on $name', (kind) => {
  let world: World;
  let relations: Relations;
  let owner: Person;
  let other: Person;

  beforeEach(async () => {
    world = await newWorld({}, kind);
    relations = new Relations(world);
    owner = await world.person('Owner');
    other = await world.person('Other');
  });
  afterEach(async () => await world.close());

  const details = {
    description: 'All of July',
    organizationName: 'ACME',
    tags: ['archival', 'domain'],
    advertisedInMarketplace: true,
    marketplaceContactEmail: 'ada@example.org',
  };

  it('an administrator makes one without members; others may not (rest §8.6)', async () => {
    expect((await world.post(`${oz}/spaces`, null, {})).status).toBe(401);
    expect((await world.post(`${oz}/spaces`, owner, {})).error).toBe('forbidden');
    expect((await world.post(`${oz}/spaces`, world.admin, {})).error).toBe('missingRequiredValue');
    const made = await world.post(`${oz}/spaces`, world.admin, { name: 'nobody' });
    const id = idOf(made);
    expect([made.status, made.text, made.headers['location']]).toEqual([201, '', expect.stringMatching(`${oz}/spaces/${id}$`)]);
    expect((await world.get(`${oz}/spaces/${id}/effective_users`, world.admin)).body).toEqual({ users: [] });
    expect((await world.get(`${oz}/spaces/${id}/owners`, world.admin)).body).toEqual({ users: [] });
    const first = `${oz}/spaces/${id}/owners/${owner.id}`;
    await relations.join(`spaces/${id}/users/${owner.id}`);
    expect((await world.send('PUT', first, world.admin, {})).status).toBe(204);
    expect((await world.get(`${oz}/spaces/${id}/effective_users/${owner.id}/privileges`, owner)).body.privileges).toEqual(
      spacePrivileges.admin,
    );
  });

  it('everything it tells about itself is given at its creation, and shown', async () => {
    const id = idOf(await world.post(`${oz}/user/spaces`, owner, { name: 'photos', ...details, tags: ['domain', 'archival', 'domain'] }));
    const shown = { spaceId: id, name: 'photos', ...details, creator: { type: 'user', id: owner.id } };
    expect((await world.get(`${oz}/spaces/${id}`, owner)).body).toMatchObject(shown);
    expect((await world.get(`${oz}/user/spaces/${id}`, owner)).body).toMatchObject(shown);
    const plain = idOf(await world.post(`${oz}/user/spaces`, owner, { name: 'plain' }));
    expect((await world.get(`${oz}/spaces/${plain}`, owner)).body).toMatchObject({
      description: '',
      organizationName: '',
      tags: [],
      advertisedInMarketplace: false,
      marketplaceContactEmail: '',
    });
  });

  it.each([
    ['description', 7, 'badValueString'],
    ['description', null, 'badValueString'],
    ['marketplaceContactEmail', null, 'badValueString'],
    ['organizationName', null, 'badValueString'],
    ['organizationName', 'x'.repeat(129), 'badValueTextTooLarge'],
    ['tags', 'one', 'badValueListOfStrings'],
    ['tags', ['x'.repeat(129)], 'badValueTextTooLarge'],
    ['tags', ['a\0'], 'badValueListOfStrings'],
    ['advertisedInMarketplace', 'perhaps', 'badValueBoolean'],
    ['advertisedInMarketplace', true, 'missingRequiredValue'],
    ['marketplaceContactEmail', 'nobody', 'badValueEmail'],
    ['idGeneratorSeed', '', 'badValueEmpty'],
    ['idGeneratorSeed', null, 'badValueEmpty'],
    ['name', null, 'badValueName'],
  ])('%s = %j is refused as %s (rest R106, R107)', async (key, value, error) => {
    const refused = await world.post(`${oz}/user/spaces`, owner, { name: 'photos', [key]: value });
    expect([refused.status, refused.error]).toEqual([400, error]);
    expect((await world.get(`${oz}/user/spaces`, owner)).body.spaces).toEqual([]);
  });

  it('texts are as long as their characters are many (schemas §1)', async () => {
    const longest = '😀'.repeat(128);
    const made = await world.post(`${oz}/user/spaces`, owner, { name: 'photos', organizationName: longest, tags: [longest] });
    expect(made.status).toBe(201);
    const more = await world.send('PATCH', `${oz}/spaces/${idOf(made)}`, owner, { organizationName: `${longest}😀` });
    expect([more.error, more.body.error.details]).toEqual(['badValueTextTooLarge', { key: 'organizationName', limit: 128 }]);
  });

  it('a seed makes the id predictable, and serves once (rest §8.6)', async () => {
    const made = await world.post(`${oz}/user/spaces`, owner, { name: 'one', idGeneratorSeed: 'seed' });
    expect([made.status, idOf(made)]).toEqual([201, expect.stringMatching(/^[0-9a-f]{32}ch[0-9a-f]{4}$/)]);
    const again = await world.post(`${oz}/user/spaces`, other, { name: 'two', idGeneratorSeed: 'seed' });
    expect([again.status, again.error]).toEqual([409, 'alreadyExists']);
    // Nor may it get what a deleted space has left.
    expect((await world.send('DELETE', `${oz}/spaces/${idOf(made)}`, owner)).status).toBe(204);
    expect((await world.post(`${oz}/user/spaces`, other, { name: 'two', idGeneratorSeed: 'seed' })).status).toBe(409);
    expect(idOf(await world.post(`${oz}/user/spaces`, other, { name: 'two', idGeneratorSeed: 'other' }))).not.toBe(idOf(made));
  });

  it('is changed by who may; the marketplace needs a privilege of its own (rest §8.6, R103)', async () => {
    const id = await world.space(owner);
    const url = `${oz}/spaces/${id}`;
    expect((await world.send('PATCH', `${oz}/spaces/none`, null, {})).status).toBe(404);
    expect((await world.send('PATCH', url, null, {})).status).toBe(401);
    await relations.join(`spaces/${id}/users/${other.id}`);
    expect((await world.send('PATCH', url, other, {})).error).toBe('forbidden');
    expect(await relations.grant(`spaces/${id}/users/${other.id}`, owner, 'space_update')).toBe(204);
    const nothing = await world.send('PATCH', url, other, { color: 'red' });
    expect([nothing.error, nothing.body.error.details.keys]).toEqual([
      'missingAtLeastOneValue',
      ['advertisedInMarketplace', 'description', 'marketplaceContactEmail', 'name', 'organizationName', 'tags'],
    ]);
    expect((await world.send('PATCH', url, other, { name: 'renamed', description: 'new' })).status).toBe(204);
    expect((await world.get(url, other)).body).toMatchObject({ name: 'renamed', description: 'new', tags: [] });
    const { marketplaceContactEmail } = details;
    expect((await world.send('PATCH', url, other, { marketplaceContactEmail })).error).toBe('forbidden');
    expect(await relations.grant(`spaces/${id}/users/${other.id}`, owner, 'space_manage_in_marketplace')).toBe(204);
    const noContact = await world.send('PATCH', url, other, { advertisedInMarketplace: true });
    expect([noContact.error, noContact.body.error.details]).toEqual(['missingRequiredValue', { key: 'marketplaceContactEmail' }]);
    expect((await world.send('PATCH', url, other, { marketplaceContactEmail })).status).toBe(204);
    expect((await world.send('PATCH', url, other, { advertisedInMarketplace: true, tags: ['a'] })).status).toBe(204);
    expect((await world.send('PATCH', url, other, { marketplaceContactEmail: '' })).error).toBe('missingRequiredValue');
    expect((await world.get(url, other)).body).toMatchObject({ advertisedInMarketplace: true, tags: ['a'], description: 'new' });
    expect((await world.send('PATCH', url, world.admin, { name: '-' })).error).toBe('badValueName');
  });

  it('owners make others owners and hold everything; the last one stays (rest R98, R130)', async () => {
    const id = await world.space(owner);
    const [url, members] = [`${oz}/spaces/${id}/owners`, `${oz}/spaces/${id}/users`];
    expect((await world.get(url, null)).status).toBe(401);
    expect((await world.get(url, other)).error).toBe('forbidden');
    expect((await world.send('PUT', `${url}/${other.id}`, other)).error).toBe('forbidden');
    const stranger = await world.send('PUT', `${url}/${other.id}`, owner);
    const relation = { childType: 'od_user', childId: other.id, parentType: 'od_space', parentId: id };
    expect([stranger.status, stranger.error, stranger.body.error.details]).toEqual([400, 'relationDoesNotExist', relation]);
    await relations.join(`spaces/${id}/users/${other.id}`, []);
    // All privileges do not make an owner.
    expect(await relations.grant(`spaces/${id}/users/${other.id}`, owner, 'space_set_privileges', 'space_view')).toBe(204);
    expect((await world.send('PUT', `${url}/${other.id}`, other)).error).toBe('forbidden');
    expect((await world.send('DELETE', `${url}/${other.id}`, null)).status).toBe(404);
    expect((await world.send('PUT', `${url}/${other.id}`, owner)).status).toBe(204);
    const again = await world.send('PUT', `${url}/${other.id}`, owner);
    expect([again.status, again.error]).toEqual([409, 'alreadyExists']);
    expect((await world.get(url, other)).body).toEqual({ users: [owner.id, other.id].toSorted() });
    expect((await world.get(`${members}/${other.id}/privileges`, other)).body.privileges).toEqual(['space_set_privileges', 'space_view']);
    expect((await world.get(`${oz}/spaces/${id}/effective_users/${other.id}/privileges`, other)).body.privileges).toEqual(
      spacePrivileges.admin,
    );
    expect((await world.send('DELETE', `${url}/${owner.id}`, other)).status).toBe(204);
    for (const [method, path, as] of [
      ['DELETE', `${url}/${other.id}`, other],
      ['DELETE', `${members}/${other.id}`, other],
      ['DELETE', `${oz}/user/spaces/${id}`, other],
      ['DELETE', `${oz}/user`, other],
      ['DELETE', `${url}/${other.id}`, world.admin],
    ] as const) {
      const last = await world.send(method, path, as);
      expect([path, last.status, last.error, last.body.error.details]).toEqual([
        path,
        400,
        'cannotRemoveLastOwner',
        { entityType: 'od_space', entityId: id },
      ]);
    }
  });
});
