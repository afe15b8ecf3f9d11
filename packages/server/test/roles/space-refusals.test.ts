/** What is wrong with the data of a space, told wherever a space is made or changed, and by nothing but the answer (rest §8.6, R107). */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { oz, Relations } from '../support/relations.ts';
import { newWorld, type World } from '../support/world.ts';

let world: World;
let group: string;
let space: string;

beforeAll(async () => {
  world = await newWorld();
  group = await new Relations(world).group(world.admin);
  space = await world.space(world.admin);
});
afterAll(async () => await world.close());

const creations = [
  ['create_space', (): string => `${oz}/spaces`],
  ['create_user_space', (): string => `${oz}/user/spaces`],
  ['create_group_space', (): string => `${oz}/groups/${group}/spaces`],
] as const;

const wrongDetails = [
  [{ tags: 'one' }, 'badValueListOfStrings'],
  [{ tags: ['x'.repeat(129)] }, 'badValueTextTooLarge'],
  [{ description: 'x'.repeat(100_001) }, 'badValueTextTooLarge'],
  [{ marketplaceContactEmail: 'nobody' }, 'badValueEmail'],
  [{ advertisedInMarketplace: 'perhaps' }, 'badValueBoolean'],
  [{ advertisedInMarketplace: true }, 'missingRequiredValue'],
] as const;

async function spaces(): Promise<readonly string[]> {
  return (await world.get(`${oz}/spaces`, world.admin)).body.spaces as readonly string[];
}

describe.each(creations)('%s', (_operationId, url) => {
  async function refused(body: object): Promise<unknown> {
    const before = await spaces();
    const answer = await world.post(url(), world.admin, { name: 'photos', ...body });
    expect(await spaces()).toEqual(before);
    return [answer.status, answer.error];
  }

  it.each(wrongDetails)(
    'what it cannot tell about itself is refused, and nothing is made: %# (rest §8.6, R107)',
    async (details, error) => {
      expect(await refused(details)).toEqual([400, error]);
    },
  );

  it('a directory is that of one space, there, and named in full (rest R107)', async () => {
    const path = await mkdtemp(join(tmpdir(), 'laneway-directory-'));
    expect((await world.post(url(), world.admin, { name: 'photos', path })).status).toBe(201);
    expect(await refused({ path })).toEqual([400, 'badValueIdentifierOccupied']);
    expect(await refused({ path: `${path}/none` })).toEqual([400, 'badData']);
    expect(await refused({ path: 'photos' })).toEqual([400, 'badData']);
    await rm(path, { recursive: true });
  });
});

it.each(wrongDetails)(
  'modify_space: what it cannot tell about itself is refused, and nothing changes: %# (rest §8.6, R107)',
  async (details, error) => {
    const url = `${oz}/spaces/${space}`;
    const before = (await world.get(url, world.admin)).body as object;
    const answer = await world.send('PATCH', url, world.admin, { name: 'other', ...details });
    expect([answer.status, answer.error]).toEqual([400, error]);
    expect((await world.get(url, world.admin)).body).toEqual(before);
  },
);
