/** Good requests about one's own account, by somebody whose account may be lost: names, passwords, sessions, logins at a provider. */
import type { Draft } from './draft.ts';
import type { Kitchen, Recipe, Recipes } from './kitchen.ts';
import { oz, type Person } from './world.ts';

const password = 'battery staple';

/** A body of somebody who may be lost. */
function asVictim(body?: (kitchen: Kitchen) => object): Recipe {
  return async (kitchen) => ({ token: (await kitchen.make.victim()).token, ...(body === undefined ? {} : { body: body(kitchen) }) });
}

/** About a new user. */
function aboutUser(body?: object): Recipe {
  return async ({ make }) => ({ params: { id: await make.user() }, ...(body === undefined ? {} : { body }) });
}

function aboutGroup(body?: object): Recipe {
  return async ({ make }) => ({ params: { id: await make.group() }, ...(body === undefined ? {} : { body }) });
}

/** Passwords that are wrong make their address wait, so that each comes from another. */
function someAddress({ random }: Kitchen): string {
  return `127.${random.int(1, 254)}.${random.int(0, 255)}.${random.int(1, 254)}`;
}

/** Somebody with a password. */
async function withPassword({ world, make, next }: Kitchen): Promise<Person & { readonly username: string }> {
  const victim = await make.victim();
  const username = `somebody-${next()}`;
  await world.hand.ask('PATCH', `${oz}/user`, { username }, victim.token);
  await world.hand.ask('PATCH', `${oz}/users/${victim.id}/basic_auth`, { newPassword: password, basicAuthEnabled: true });
  return { ...victim, username };
}

/** Somebody who may change what he himself may do. */
const asMaster: Recipe = async ({ world, make }) => {
  const { id, token } = await make.victim();
  await world.hand.ask('PATCH', `${oz}/users/${id}/privileges`, { grant: ['oz_set_privileges'] });
  return { token };
};

const change = { grant: ['oz_users_list', 'oz_groups_list'], revoke: ['oz_spaces_list'] } as const;

type Cookies = Readonly<Record<string, string>>;

/** A session of somebody, as a browser keeps it. */
async function inBrowser({ world, make }: Kitchen): Promise<Pick<Draft, 'token' | 'headers'>> {
  const { token } = await make.victim();
  const cookies = await world.hand.cookies('POST', `${oz}/session`, { 'x-auth-token': token });
  return { token: null, headers: { cookie: cookieHeader(cookies), 'x-csrf-token': cookies['laneway_csrf'] ?? '' } };
}

function cookieHeader(cookies: Cookies): string {
  return Object.entries(cookies)
    .map(([name, value]) => `${name}=${value}`)
    .join('; ');
}

/** Somebody comes back from the provider: a new one, or, in his session, one who links his account. */
async function comingBack({ world, next }: Kitchen, session: Draft['headers'] | null): Promise<Pick<Draft, 'token' | 'query' | 'headers'>> {
  const { address, cookies } =
    session === null
      ? await world.hand.sentTo('GET', `${oz}/session/oidc`)
      : await world.hand.sentTo('POST', `${oz}/user/linked_accounts`, session);
  const answer = new URLSearchParams(world.identity.agree(address, { sub: `person-${next()}`, name: 'Some Body' }));
  return { token: null, query: [...answer], headers: { cookie: cookieHeader(cookies) } };
}

/** In the session of somebody whom an identity logs in. */
async function linked(kitchen: Kitchen): Promise<Partial<Draft>> {
  const session = await inBrowser(kitchen);
  const { query, headers } = await comingBack(kitchen, session.headers);
  const way = query.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  await kitchen.world.hand.sentTo('GET', `${oz}/session/oidc/callback?${way}`, headers);
  const { linkedAccounts } = await kitchen.world.hand.jsonIn(`${oz}/user`, session.headers);
  return { ...session, body: { idp: linkedAccounts[0].idp, subjectId: linkedAccounts[0].subjectId } };
}

export const accountRecipes: Recipes = {
  modify_current_user: asVictim(({ next }) => ({ fullName: `User ${next()}` })),
  remove_current_user: asVictim(),
  toggle_user_access_block: async ({ make, random }) => ({ params: { id: await make.user() }, body: { blocked: random.chance(0.5) } }),
  update_basic_auth_config: aboutUser({ newPassword: password }),
  change_password: async (kitchen, inEarnest) => ({
    token: inEarnest ? (await withPassword(kitchen)).token : (await kitchen.make.victim()).token,
    from: someAddress(kitchen),
    body: { oldPassword: password, newPassword: 'correct horse' },
  }),
  update_current_user_privileges: async (kitchen) => ({ ...(await asMaster(kitchen, true)), body: change }),
  remove_current_user_privileges: asMaster,
  update_user_privileges: aboutUser(change),
  remove_user_privileges: aboutUser(),
  update_group_privileges: aboutGroup(change),
  remove_group_privileges: aboutGroup(),
  open_session: async (kitchen, inEarnest) => {
    if (kitchen.random.chance(0.5)) return { ...(await asVictim()(kitchen, inEarnest)), body: {} };
    const username = inEarnest ? (await withPassword(kitchen)).username : 'nobody';
    return { token: null, from: someAddress(kitchen), body: { username, password } };
  },
  get_session: async (kitchen) => (kitchen.random.chance(0.5) ? {} : await inBrowser(kitchen)),
  close_session: inBrowser,
  list_login_methods: async () => ({ token: null }),
  begin_oidc_login: async () => ({ token: null, query: [['returnTo', '/somewhere']] }),
  finish_oidc_login: async (kitchen, inEarnest) =>
    inEarnest ? await comingBack(kitchen, null) : { token: null, query: [['state', 'unknown']] },
  begin_linking_account: async (kitchen) => ({ ...(await inBrowser(kitchen)), body: { returnTo: '/ui/account' } }),
  unlink_account: async (kitchen, inEarnest) =>
    inEarnest ? await linked(kitchen) : { ...(await inBrowser(kitchen)), body: { idp: 'none', subjectId: 'nobody' } },
};
