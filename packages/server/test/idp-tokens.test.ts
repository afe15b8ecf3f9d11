/** Access tokens of the identity provider as credentials (rest §2.3 row 1a), with a real one on this machine. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../test/support/databases.ts';
import { IdpTokens } from '../src/auth/idp-tokens.ts';
import { OidcProvider, type OidcPerson } from '../src/auth/oidc.ts';
import { loadConfig } from '../src/index.ts';
import { clientId, clientSecret, IdentityProvider, type IdPerson } from './support/identity-provider.ts';
import { newWorld, type Answer, type World } from './support/world.ts';

const oz = '/api/v3/onezone';
const redirectUrl = `http://127.0.0.1${oz}/session/oidc/callback`;
const prefix = 'example:';
const ada: IdPerson = { sub: 'ada-at-home', name: 'Ada Lovelace', email: 'ada@example.org', email_verified: true };

describe.each(databaseKinds)('tokens of an identity provider on $name', (kind) => {
  let provider: IdentityProvider;
  let world: World;
  let clockMs: number;

  beforeEach(async () => {
    provider = await IdentityProvider.start();
    world = await newWorld({}, kind);
    clockMs = 0;
    provider.accessTokens.set('token-of-ada', ada);
    configure(false);
  });
  afterEach(async () => {
    await world.close();
    await provider.close();
  });

  function configure(signUp: boolean): void {
    const settings = { issuer: provider.issuer, clientId, clientSecret, redirectUrl, signUp, tokenPrefix: prefix };
    const oidc = new OidcProvider(settings);
    const idpTokens = new IdpTokens({ prefix, provider: oidc, failed: () => undefined, nowMs: () => clockMs });
    Object.assign(world.deps, { oidc, idpTokens });
  }
  const ask = async (token: string, url = `${oz}/user`): Promise<Answer> =>
    await world.request('GET', url, { headers: { authorization: `Bearer ${token}` } });
  const authError = (answer: Answer): [number, unknown] => [answer.status, answer.body?.error.details?.authError?.id ?? answer.error];
  const linked = async (subject = ada.sub): Promise<string> => {
    const person = await world.person('Ada');
    await world.registry.linkedAccounts.link(person.id, { issuer: provider.issuer, subject, email: null });
    return person.id;
  };

  it('stand for whoever is linked to the subject, who then gets a token of our own', async () => {
    const userId = await linked();
    expect((await ask(`${prefix}token-of-ada`)).body).toMatchObject({ userId });
    const made = await world.request('POST', `${oz}/user/tokens/named`, {
      headers: { 'x-auth-token': `${prefix}token-of-ada`, 'content-type': 'application/json' },
      payload: '{"name":"mine"}',
    });
    expect(made.status).toBe(201);
    expect((await world.get(`${oz}/user`, { id: userId, token: made.body.token })).body).toMatchObject({ userId });
    const session = await world.request('GET', `${oz}/session`, { headers: { 'x-auth-token': `${prefix}token-of-ada` } });
    expect(session.body).toMatchObject({ userId, by: 'idp' });
  });

  it('of somebody new make an account only with oidcSignUp, once', async () => {
    expect(authError(await ask(`${prefix}token-of-ada`))).toEqual([401, 'forbiddenWithHint']);
    configure(true);
    const both = await Promise.all([ask(`${prefix}token-of-ada`), ask(`${prefix}token-of-ada`)]);
    expect(both[0]?.body).toMatchObject({ fullName: 'Ada Lovelace', emails: ['ada@example.org'] });
    expect(both[0]?.body.userId).toBe(both[1]?.body.userId);
  });

  it('that the provider rejects are badIdpAccessToken; without its prefix they are badToken', async () => {
    await linked();
    const rejected = await ask(`${prefix}wrong`);
    expect(authError(rejected)).toEqual([401, 'badIdpAccessToken']);
    expect(rejected.body.error.details.authError.details).toEqual({ idp: provider.issuer });
    for (const text of ['token-of-ada', prefix, 'other:token-of-ada', ''])
      expect([text, ...authError(await ask(text))]).toEqual([text, 401, 'badToken']);
  });

  it('count on Onezone only, where providers have them verified (rest §2.3 row 1a)', async () => {
    await linked();
    expect(authError(await ask(`${prefix}token-of-ada`, '/api/v3/oneprovider/spaces'))).toEqual([401, 'badToken']);
    expect(provider.userinfos).toBe(0);
  });

  it('of a blocked user are refused at once, also while they are remembered', async () => {
    const userId = await linked();
    expect((await ask(`${prefix}token-of-ada`)).status).toBe(200);
    await world.registry.setBlocked(userId, true);
    expect(authError(await ask(`${prefix}token-of-ada`))).toEqual([401, 'userBlocked']);
    await world.registry.setBlocked(userId, false);
    await world.registry.linkedAccounts.unlink(userId, provider.issuer, ada.sub);
    expect(authError(await ask(`${prefix}token-of-ada`))).toEqual([401, 'forbiddenWithHint']);
  });

  it('are asked about once in half a minute, good or not', async () => {
    await linked();
    for (let time = 0; time < 3; time += 1) {
      expect((await ask(`${prefix}token-of-ada`)).status).toBe(200);
      expect(authError(await ask(`${prefix}wrong`))).toEqual([401, 'badIdpAccessToken']);
    }
    expect(provider.userinfos).toBe(2);
    provider.accessTokens.clear();
    clockMs = 29_999;
    expect((await ask(`${prefix}token-of-ada`)).status).toBe(200);
    clockMs = 30_000;
    expect(authError(await ask(`${prefix}token-of-ada`))).toEqual([401, 'badIdpAccessToken']);
    expect(provider.userinfos).toBe(3);
  });

  it('cannot be verified while the provider is away, and can again afterwards', async () => {
    await linked();
    provider.isAway = true;
    expect(authError(await ask(`${prefix}token-of-ada`))).toEqual([401, 'externalServiceOperationFailed']);
    provider.isAway = false;
    expect((await ask(`${prefix}token-of-ada`)).status).toBe(200);
  });
});

describe('questions to the identity provider', () => {
  it('are few at once, however many tokens come', async () => {
    const answers: (() => void)[] = [];
    const personOf = async (): Promise<OidcPerson | null> =>
      await new Promise((resolve) => answers.push(() => resolve({ issuer: 'i', subject: 's', name: null, email: null })));
    const tokens = new IdpTokens({ prefix, provider: { idp: 'i', personOf }, nowMs: () => 0, failed: () => undefined, maxQuestions: 2 });
    const asked = [tokens.verify(`${prefix}a`), tokens.verify(`${prefix}b`), tokens.verify(`${prefix}a`)];
    expect(await tokens.verify(`${prefix}c`)).toMatchObject({ ok: false, error: { id: 'temporaryFailure' } });
    expect(answers).toHaveLength(2);
    for (const answer of answers) answer();
    expect((await Promise.all(asked)).map((verified) => verified.ok)).toEqual([true, true, true]);
    const late = tokens.verify(`${prefix}c`);
    answers.at(-1)?.();
    expect((await late).ok).toBe(true);
  });
});

describe('the setting oidcTokenPrefix', () => {
  const all = { oidcIssuer: 'https://id.example.org', oidcClientId: 'c', oidcRedirectUrl: `https://here${oz}/session/oidc/callback` };
  const load = (options: Record<string, unknown>): unknown => loadConfig({ options, variables: {}, file: null }).oidc?.tokenPrefix;

  it('is nothing unless it is set, and belongs to a provider', () => {
    expect([load(all), load({ ...all, oidcTokenPrefix: 'example:' })]).toEqual([null, 'example:']);
    expect(() => load({ oidcTokenPrefix: 'example:' })).toThrow(/oidcTokenPrefix needs oidcIssuer/);
  });

  it.each(['example', 'a b:', ':', 'x'.repeat(70) + ':'])('%j could be a token of ours, or no header', (oidcTokenPrefix) => {
    expect(() => load({ ...all, oidcTokenPrefix })).toThrow(/oidcTokenPrefix has to be/);
  });
});
