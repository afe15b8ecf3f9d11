/** What is wrong with the data of a new token, or of one that is changed, told whosever token it is (rest §8.8, R117, R131, R132). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '@laneway/model';
import { oz } from '../support/relations.ts';
import { newWorld, type Answer, type Person, type World } from '../support/world.ts';

let world: World;
/** Of all tokens; he asks. */
let manager: Person;
/** His own. */
let space: string;
/** Of somebody else. */
let foreign: string;

beforeAll(async () => {
  world = await newWorld();
  manager = await world.person('Manager', ['oz_tokens_manage']);
  space = await world.space(manager);
  foreign = await world.inventory(await world.person('Somebody Else'));
});
afterAll(async () => await world.close());

const owners = [
  ['current_user', (): string => `${oz}/user/tokens`],
  ['user', (): string => `${oz}/users/${manager.id}/tokens`],
  ['provider', (): string => `${oz}/providers/${world.deps.providerId}/tokens`],
] as const;

const soon = (): object => ({ type: 'time', validUntil: Math.floor(Date.now() / 1000) + 600 });
const invite = (spaceId: string): object => ({ inviteToken: { inviteType: 'userJoinSpace', spaceId } });
const errorOf = ({ status, error }: Answer): unknown => [status, error];

describe.each(owners)('of %s', (_name, url) => {
  async function named(body: object): Promise<unknown> {
    const before = (await world.get(`${url()}/named`, manager)).body as object;
    const answer = await world.post(`${url()}/named`, manager, { name: newId(), ...body });
    expect((await world.get(`${url()}/named`, manager)).body).toEqual(before);
    return errorOf(answer);
  }

  it.each([
    [{ name: 'x' }, 'badValueName'],
    [{ name: 'x'.repeat(129) }, 'badValueName'],
    [{ name: '-x-' }, 'badValueName'],
    [{ name: '' }, 'badValueName'],
    [{ name: null }, 'badValueName'],
    [{ name: 5 }, 'badValueString'],
  ])('create_named_token_for_…: %j is no name (rest R106, R108)', async (body, error) => {
    expect(await named(body)).toEqual([400, error]);
  });

  it.each([
    [{ privileges: 'all' }, 'badValueListOfStrings'],
    [{ privileges: [1] }, 'badValueListOfStrings'],
    [{ privileges: ['space_fly'] }, 'badValueListNotAllowed'],
    [{ usageLimit: 'often' }, 'badValueInteger'],
    [{ usageLimit: 0 }, 'badValueTooLow'],
  ])('create_named_token_for_…: an invitation offers no more than there is: %j (rest R107, R110)', async (body, error) => {
    expect(await named({ type: invite(space), ...body })).toEqual([400, error]);
  });

  it('who invites is allowed to, and to something that is there (rest R117)', async () => {
    const type = { inviteToken: { inviteType: 'userJoinAtmInventory', atmInventoryId: foreign } };
    const refusals = [
      [invite(newId()), 'inviteTokenTargetIdInvalid'],
      [type, 'inviteTokenSubjectNotAuthorized'],
    ] as const;
    for (const [invitation, error] of refusals) {
      expect(await named({ type: invitation })).toEqual([400, error]);
      const temporary = await world.post(`${url()}/temporary`, manager, { type: invitation, caveats: [soon()] });
      expect(errorOf(temporary)).toEqual([400, error]);
    }
  });

  it('create_temporary_token_for_…: without caveats it would have no end, and both caveats and type are checked (rest R131, R132)', async () => {
    const temporary = async (body: object): Promise<unknown> => errorOf(await world.post(`${url()}/temporary`, manager, body));
    expect(await temporary({})).toEqual([400, 'missingRequiredValue']);
    expect(await temporary({ caveats: null })).toEqual([400, 'badData']);
    expect(await temporary({ caveats: [] })).toEqual([400, 'tokenTimeCaveatRequired']);
    expect(await temporary({ caveats: [{ type: 'moon' }] })).toEqual([400, 'badValueCaveat']);
    expect(await temporary({ caveats: [soon()], type: 'odd' })).toEqual([400, 'badValueTokenType']);
    expect(await temporary({ caveats: [soon()] })).toEqual([201, undefined]);
  });
});

it('delete_named_tokens_of_provider ends them all, and for good (rest §8.8)', async () => {
  const url = `${oz}/providers/${world.deps.providerId}/tokens/named`;
  const { token, tokenId } = (await world.post(url, manager, { name: 'ours', type: 'identityToken' })).body as Record<string, string>;
  const verify = async (): Promise<unknown> => errorOf(await world.post(`${oz}/tokens/verify_identity_token`, null, { token }));
  expect(await verify()).toEqual([200, undefined]);
  expect((await world.send('DELETE', url, manager)).status).toBe(204);
  expect((await world.get(url, manager)).body).toEqual({ tokens: [] });
  expect((await world.get(`${oz}/tokens/named/${tokenId}`, manager)).status).toBe(404);
  expect(await verify()).toEqual([400, 'tokenInvalid']);
});

it('modify_named_token: a name is one, and of one token of the subject (rest R108, R131)', async () => {
  const made = async (name: string): Promise<string> =>
    (await world.post(`${oz}/user/tokens/named`, manager, { name })).body.tokenId as string;
  await made('first');
  const url = `${oz}/tokens/named/${await made('second')}`;
  const rename = async (name: unknown): Promise<unknown> => errorOf(await world.send('PATCH', url, manager, { name, revoked: true }));
  expect(await rename('first')).toEqual([400, 'badValueIdentifierOccupied']);
  for (const name of ['x', '-x-', 'x'.repeat(129), '', null]) expect(await rename(name)).toEqual([400, 'badValueName']);
  expect((await world.get(url, manager)).body).toMatchObject({ name: 'second', revoked: false });
});
