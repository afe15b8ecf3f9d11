/** Good requests about tokens. Those that may be lost are a victim's. */
import type { Kitchen, Recipe, Recipes } from './kitchen.ts';
import { oz } from './world.ts';

const soon = (): readonly object[] => [{ type: 'time', validUntil: Math.floor(Date.now() / 1000) + 3600 }];

/** A named token of a kind, made for the occasion. */
async function tokenOf({ world, next }: Kitchen, type: object): Promise<string> {
  const { token: made } = await world.hand.json('POST', `${oz}/user/tokens/named`, { name: `kind ${next()}`, type, customMetadata: {} });
  return String(made);
}

export async function invitation(kitchen: Kitchen, inviteType: string): Promise<string> {
  const atmInventoryId = await kitchen.make.inventory();
  return await tokenOf(kitchen, { inviteToken: { inviteType, atmInventoryId } });
}

/** As somebody whose tokens may be lost. */
const asVictim: Recipe = async ({ make }) => ({ token: (await make.victim()).token });
/** About somebody whose tokens may be lost. */
const ofVictim: Recipe = async ({ make }) => ({ params: { uid: (await make.victim()).id } });
const token: Recipe = async ({ make }) => ({ params: { id: await make.token() } });
const creation: Recipe = async ({ next }) => ({
  body: { name: `token ${next()}`, type: { accessToken: {} }, caveats: soon(), customMetadata: {} },
});
const temporary: Recipe = async () => ({ body: { type: { accessToken: {} }, caveats: soon() } });

export const tokenRecipes: Recipes = {
  create_named_token_for_current_user: creation,
  create_named_token_for_user: creation,
  create_named_token_for_provider: creation,
  delete_named_tokens_of_current_user: asVictim,
  delete_named_tokens_of_user: ofVictim,
  revoke_all_temporary_tokens_of_current_user: asVictim,
  revoke_all_temporary_tokens_of_user: ofVictim,
  get_named_token_of_current_user_by_name: async ({ world, make }) => {
    const { name } = await world.hand.json('GET', `${oz}/tokens/named/${await make.token()}`);
    return { params: { name } };
  },
  get_named_token_of_user_by_name: async (kitchen) => {
    const { params } = await ofVictim(kitchen, true);
    return { params: { ...params, name: 'first' } };
  },
  get_named_token_of_provider_by_name: async ({ world, next }) => {
    const name = `token ${next()}`;
    await world.hand.make(`${oz}/providers/${world.providerId}/tokens/named`, { name });
    return { params: { name } };
  },
  get_named_token: token,
  get_named_token_status: token,
  delete_named_token: token,
  modify_named_token: async (kitchen) => ({ ...(await token(kitchen, true)), body: { revoked: true, customMetadata: { a: 1 } } }),
  create_temporary_token_for_current_user: temporary,
  create_temporary_token_for_user: temporary,
  create_temporary_token_for_provider: temporary,
  examine_token: async ({ world }) => ({ body: { token: world.stranger.token } }),
  confine_token: async ({ world }) => ({ body: { token: world.stranger.token, caveats: soon() } }),
  verify_access_token: async ({ world }) => ({ body: { token: world.stranger.token } }),
  verify_identity_token: async (kitchen) => ({ body: { token: await tokenOf(kitchen, { identityToken: {} }) } }),
  verify_invite_token: async (kitchen) => ({ body: { token: await invitation(kitchen, 'userJoinAtmInventory') } }),
  infer_access_token_scope: async ({ world, random }) => ({
    body: { token: random.pick([world.member.token, world.stranger.token, world.admin.token]) },
  }),
  create_client_token: asVictim,
  list_client_tokens: asVictim,
  delete_client_token: async ({ make }) => {
    const { token: text } = await make.victim();
    return { token: text, params: { tid: text } };
  },
};
