import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { allRoutes } from '../src/routes.ts';
import { readReference } from '../../../test/support/reference.ts';
import { lambdaRevision, newWorld, type Person, type World } from './support/world.ts';

const op = '/api/v3/oneprovider';
const oz = '/api/v3/onezone';
let world: World;
let person: Person;

beforeEach(async () => {
  world = await newWorld();
  person = await world.person();
});

afterEach(async () => {
  await world.close();
});

describe('stages before the pipeline (rest §1.2)', () => {
  it('are taken in their order: path, method, credentials, Accept, Content-Type, body, data (rest §1.2, R53)', async () => {
    const url = `${op}/automation/execution/workflows`;
    const good = { 'x-auth-token': person.token, accept: '*/*', 'content-type': 'application/json' };
    const bad = { 'x-auth-token': 'rubbish', accept: 'text/html', 'content-type': 'text/plain' };
    const ask = async (method: string, path: string, headers: Record<string, string>, payload = '{') => {
      const { status, error } = await world.request(method, path, { headers, payload });
      return [status, error];
    };
    expect(await ask('PATCH', `${url}/`, bad)).toEqual([404, 'notFound']);
    expect(await ask('PATCH', url, bad)).toEqual([405, 'notSupported']);
    expect(await ask('POST', url, bad)).toEqual([401, 'unauthorized']);
    expect(await ask('POST', url, { ...bad, 'x-auth-token': person.token })).toEqual([406, 'notSupported']);
    expect(await ask('POST', url, { ...good, 'content-type': 'text/plain' })).toEqual([415, 'notSupported']);
    expect(await ask('POST', url, good)).toEqual([400, 'malformedData']);
    expect(await ask('POST', url, good, '{}')).toEqual([400, 'missingRequiredValue']);
    // A bad token comes before bad data; without one the data come first (R53, R48).
    expect(await ask('POST', url, { ...good, 'x-auth-token': 'rubbish' }, '{}')).toEqual([401, 'unauthorized']);
    const { 'x-auth-token': _token, ...guest } = good;
    expect(await ask('POST', url, guest, '{}')).toEqual([400, 'missingRequiredValue']);
  });

  it('what fails in them has an error with its context as any other, never the form of the old document (rest R45, R46, D6)', async () => {
    const requests = [
      ['GET', '/nothing', {}, 404],
      ['PATCH', `${op}/spaces`, {}, 405],
      ['GET', `${op}/spaces`, { accept: 'text/html' }, 406],
      ['GET', `${op}/spaces`, { accept: '???' }, 400],
      ['POST', `${op}/automation/execution/workflows`, { 'content-type': 'text/plain' }, 415],
      ['GET', `${op}/spaces`, {}, 401],
    ] as const;
    for (const [method, url, headers, status] of requests) {
      const answer = await world.request(method, url, { headers: { ...headers }, ...(method === 'POST' ? { payload: 'x' } : {}) });
      expect([url, answer.status, Object.keys(answer.body)]).toEqual([url, status, ['error']]);
      expect(answer.body.error).toMatchObject({
        id: expect.any(String) as string,
        description: expect.any(String) as string,
        ctx: { timestamp: expect.any(Number) as number },
      });
    }
  });

  it('a request without a body passes with any content type, and its body is empty (rest R7, R10)', async () => {
    const url = `${op}/automation/execution/workflows/none/rerun`;
    for (const headers of [{}, { 'content-type': 'text/plain' }, { 'content-type': 'application/x-anything' }]) {
      const answer = await world.request('POST', url, { as: person, headers });
      expect([answer.status, answer.body.error.details]).toEqual([400, { key: 'laneIndex' }]);
    }
  });

  it('a 204 comes without a body, whatever was done (rest R14, R105)', async () => {
    const made = await world.post(`${oz}/user/atm_inventories`, person, { name: 'inventory' });
    const inventory = `${oz}/atm_inventories/${String(made.headers['location']).split('/').at(-1)}`;
    for (const answer of [
      await world.send('PATCH', inventory, person, { name: 'renamed' }),
      await world.send('DELETE', inventory, person),
      await world.send('DELETE', `${oz}/user/tokens/temporary`, person),
    ])
      expect([answer.status, answer.text, answer.headers['content-length']]).toEqual([204, '', undefined]);
  });

  it('unknown paths and trailing slashes are 404 with error JSON (rest R1, D6)', async () => {
    const withoutIds = [`${op}/spaces/`, `${oz}/users//privileges`, `${op}/automation/execution/workflows//cancel`];
    for (const path of [`${op}/nothing`, `${oz}/user/`, '/nothing', `${op}/%zz`, ...withoutIds]) {
      expect([(await world.get(path, null)).status, (await world.get(path, null)).error]).toEqual([404, 'notFound']);
    }
  });

  it('a wrong method is 405 with allow, before credentials are looked at (rest R2, R4)', async () => {
    const answer = await world.request('PATCH', `${op}/automation/execution/workflows`, { headers: { 'x-auth-token': 'rubbish' } });
    expect([answer.status, answer.headers['allow']]).toEqual([405, 'POST']);
    expect((await world.request('HEAD', `${oz}/user`)).status).toBe(405);
    const deleting = `${oz}/users/${person.id}`;
    for (const method of ['HEAD', 'PUT', 'PURGE', 'PROPFIND'])
      expect([method, (await world.request(method, deleting, { as: world.admin })).status >= 400]).toEqual([method, true]);
    expect((await world.get(deleting, world.admin)).status).toBe(200);
  });

  it('answers a pre-flight, and allows every origin everywhere (rest R3, R5, D6)', async () => {
    const answer = await world.request('OPTIONS', `${op}/automation/execution/workflows`);
    expect([answer.status, answer.headers['access-control-allow-methods']]).toEqual([204, 'POST']);
    for (const [url, status] of [
      ['/nothing', 404],
      [`${oz}/user`, 401],
      [`${oz}/privileges`, 200],
      [`${op}/spaces/none`, 401],
    ] as const) {
      const { status: answered, headers } = await world.get(url, null);
      expect([url, answered, headers['access-control-allow-origin']]).toEqual([url, status, '*']);
      // By tokens only: a page of another origin sends no cookie along.
      expect(headers['access-control-allow-credentials']).toBeUndefined();
    }
  });

  it('negotiates: 406, 415, and a charset is fine (rest R6, R9, D6)', async () => {
    expect((await world.request('GET', `${oz}/privileges`, { headers: { accept: 'text/html' } })).status).toBe(406);
    expect((await world.request('GET', `${oz}/privileges`, { headers: { accept: '???' } })).status).toBe(400);
    expect((await world.request('GET', `${oz}/privileges`, { headers: { accept: 'text/html, application/json;q=0' } })).status).toBe(406);
    const fine = [
      '*/*',
      'application/*',
      'application/json',
      'text/html, application/json;q=0.5',
      'Application/JSON',
      'application/json, ,',
    ];
    for (const accept of fine)
      expect([accept, (await world.request('GET', `${oz}/privileges`, { headers: { accept } })).status]).toEqual([accept, 200]);
    const post = async (type: string): Promise<number> =>
      (
        await world.request('POST', `${oz}/user/atm_inventories`, {
          as: person,
          payload: '{"name":"abc"}',
          headers: { 'content-type': type },
        })
      ).status;
    expect(await post('text/plain')).toBe(415);
    expect(await post('application/json; charset=utf-8')).toBe(201);
  });

  it('malformed, deep and huge bodies are clear errors; prototype keys are harmless (rest R10)', async () => {
    const post = async (payload: string | Buffer) =>
      await world.request('POST', `${op}/automation/execution/workflows`, { payload, headers: { 'content-type': 'application/json' } });
    for (const payload of ['{', '[]', '7', '"x"', 'null', '{"a":NaN}']) {
      expect([(await post(payload)).status, (await post(payload)).error]).toEqual([400, 'malformedData']);
    }
    for (const [payload, hint] of [
      [`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 'a value is nested too deeply, at character 205 of the request body'],
      ['{"a":[1,-1e400]}', 'a number is too large, at character 9 of the request body'],
    ] as const) {
      const { status, body } = await post(payload);
      expect([status, body.error]).toMatchObject([400, { id: 'badData', details: { key: 'body', hint } }]);
    }
    expect((await post(Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d]))).error).toBe('malformedData');
    expect((await post('{"__proto__":{"spaceId":"x"},"constructor":1}')).body.error.details).toEqual({ key: 'atmWorkflowSchemaId' });
    expect(({} as Record<string, unknown>)['spaceId']).toBeUndefined();
    const large = await post(`{"a":"${'x'.repeat(1024 * 1024)}"}`);
    expect([large.status, large.error, large.body.error.details.limit]).toEqual([413, 'limitReached', 1024 * 1024]);
  });

  it('errors carry id, description, details and context (rest §3.1, R38)', async () => {
    const { body } = await world.request('GET', `${oz}/user`, { headers: { 'x-auth-token': 'rubbish' } });
    expect(body.error).toMatchObject({
      id: 'unauthorized',
      details: { authError: { id: 'badToken', ctx: { service: 'ozw' } } },
      ctx: { service: 'ozw', serviceReleaseVersion: '25.0' },
    });
  });

  it('the context names the service that answered (rest R43)', async () => {
    const contextOf = async (url: string): Promise<unknown> => {
      const { service, serviceId, serviceDomain, serviceReleaseVersion } = (await world.get(url, null)).body.error.ctx;
      return { service, serviceId, serviceDomain, serviceReleaseVersion };
    };
    const common = { serviceDomain: 'localhost:80', serviceReleaseVersion: '25.0' };
    expect(await contextOf(`${op}/spaces`)).toEqual({ service: 'opw', serviceId: world.deps.providerId, ...common });
    expect(await contextOf(`${oz}/user`)).toEqual({ service: 'ozw', serviceId: 'onezone', ...common });
  });

  it('errors that were outside the catalogue are told like the others (rest R44)', async () => {
    const inventoryId = await world.inventory(person);
    const revision = { originalRevisionNumber: 1, atmLambdaRevision: lambdaRevision() };
    const made = await world.post(`${oz}/atm_lambdas`, person, { atmInventoryId: inventoryId, revision });
    const lambda = new URL(String(made.headers['location'])).pathname;
    for (const [answer, status, id] of [
      [await world.send('PUT', `${lambda}/revision/1`, person, revision), 409, 'alreadyExists'],
      [await world.get(`${lambda}x`, person), 404, 'notFound'],
      [await world.send('DELETE', lambda, person), 400, 'notSupported'],
    ] as const) {
      expect([answer.status, answer.error, Object.keys(answer.body.error)]).toEqual([status, id, ['id', 'description', 'ctx']]);
      expect(answer.body.error.ctx.service).toBe('ozw');
    }
  });

  it('knows every operation of the API description, and calls those it offers by their names', () => {
    // Parameters of paths may have other names with us: they are not sent.
    const shape = (operation: string): string => operation.replace(/\{\w+\}/g, '{}');
    const known = new Map(
      allRoutes(world.deps, new AbortController().signal).map((route) => [shape(`${route.method} ${route.prefix}${route.path}`), route]),
    );
    const operations = Object.entries(readReference('operation-ids.json') as Readonly<Record<string, string>>);
    expect(operations).toHaveLength(126);
    expect(operations.filter(([operation]) => !known.has(shape(operation)))).toEqual([]);
    const otherNames = operations.filter(([operation, operationId]) => {
      const route = known.get(shape(operation));
      return route?.unsupported !== true && route?.operationId !== operationId;
    });
    expect(otherNames).toEqual([]);
  });
});

describe('credentials (rest §2)', () => {
  const user = `${oz}/user`;
  const authError = async (headers: Record<string, string>): Promise<string | undefined> => {
    const answer = await world.request('GET', user, { headers });
    return answer.status === 401 ? (answer.body.error.details.authError?.id ?? 'guest') : `status ${answer.status}`;
  };

  it('are taken from the header of highest priority only (rest R19, R20)', async () => {
    expect(await authError({})).toBe('guest');
    expect((await world.get(user, null)).body.error.details).toEqual({ authError: null });
    expect(await authError({ authorization: 'Digest abc' })).toBe('guest');
    expect(await authError({ authorization: 'Basic abc' })).toBe('badBasicCredentials');
    expect(await authError({ authorization: `bearer ${person.token}` })).toBe('guest');
    expect(await authError({ authorization: `Bearer ${person.token}` })).toBe('status 200');
    expect(await authError({ macaroon: person.token })).toBe('status 200');
    expect(await authError({ 'x-auth-token': 'bad', authorization: `Bearer ${person.token}` })).toBe('badToken');
    expect(await authError({ 'x-auth-token': '' })).toBe('badToken');
  });

  it('a bad token is 401 on both services with its precise error, which alone would be 400 (rest R21, R133)', async () => {
    for (const url of [user, `${op}/spaces`, `${op}/automation/execution/workflows/none`]) {
      const { status, body } = await world.request('GET', url, { headers: { 'x-auth-token': 'rubbish' } });
      expect([url, status, body.error.id, body.error.details.authError.id]).toEqual([url, 401, 'unauthorized', 'badToken']);
    }
    const expired = (await world.confined(person, [{ type: 'time', validUntil: 1 }])).token;
    expect(await authError({ 'x-auth-token': expired })).toBe('tokenCaveatUnverified');
    const asked = await world.post(`${oz}/tokens/verify_access_token`, null, { token: expired });
    expect([asked.status, asked.error]).toEqual([400, 'tokenCaveatUnverified']);
  });

  it('what they open is kept by no cache on the way, which knows nothing of them; the API description is', async () => {
    const made = await world.post(`${oz}/user/tokens/named`, world.admin, { name: 'not to be kept' });
    const shown = await world.get(`${oz}/tokens/named/${made.body.tokenId}`, world.admin);
    const refused = await world.get(`${oz}/tokens/named/${made.body.tokenId}`, null);
    expect([made, shown, refused].map((answer) => answer.headers['cache-control'])).toEqual(['no-store', 'no-store', 'no-store']);
    const description = await world.app.inject({ method: 'GET', url: '/openapi.json' });
    expect(description.headers['cache-control']).toMatch(/^public/);
  });

  it('unknown, revoked and altered tokens are told apart (rest §2.3)', async () => {
    const [id] = await world.registry.namedTokens(person.id);
    expect(await authError({ 'x-auth-token': `${person.token.slice(0, -4)}AAAA` })).toMatch(/tokenInvalid|badToken/);
    await world.registry.updateNamedToken(id!, { name: null, revoked: true, customMetadata: undefined });
    expect(await authError({ 'x-auth-token': person.token })).toBe('tokenRevoked');
    await world.registry.deleteNamedToken(id!);
    expect(await authError({ 'x-auth-token': person.token })).toBe('tokenInvalid');
  });

  it('caveats: time, ip, and those that nobody can show to hold (rest §2.4)', async () => {
    const of = async (caveat: unknown): Promise<string | undefined> =>
      await authError({ 'x-auth-token': (await world.confined(person, [caveat])).token });
    const now = Math.floor(Date.now() / 1000);
    expect(await of({ type: 'time', validUntil: now + 60 })).toBe('status 200');
    expect(await of({ type: 'time', validUntil: now - 1 })).toBe('tokenCaveatUnverified');
    expect(await of({ type: 'ip', whitelist: ['127.0.0.0/8'] })).toBe('status 200');
    expect(await of({ type: 'ip', whitelist: ['10.0.0.0/8'] })).toBe('tokenCaveatUnverified');
    expect(await of({ type: 'interface', interface: 'graphsync' })).toBe('tokenCaveatUnverified');
    expect(await of({ type: 'consumer', whitelist: ['usr-1'] })).toBe('tokenCaveatUnverified');
    expect(await of({ type: 'geo.country', filter: 'whitelist', list: ['PL'] })).toBe('tokenCaveatUnverified');
    expect(await of({ scope: 'identityToken' })).toBe('tokenCaveatUnverified');
    expect(await of({ type: 'data.readonly' })).toBe('tokenCaveatUnverified');
    expect(await of({ type: 'api', whitelist: ['ozw/get/user.*'] })).toBe('status 200');
    expect(await of({ type: 'api', whitelist: ['opw/all/*'] })).toBe('tokenCaveatUnverified');
  });

  it('a blocked user is refused (rest §2.3 row 12)', async () => {
    await world.registry.setBlocked(person.id, true);
    expect(await authError({ 'x-auth-token': person.token })).toBe('userBlocked');
  });

  it('named tokens are created, listed, revoked and deleted (rest §8.8)', async () => {
    const made = await world.post(`${oz}/user/tokens/named`, person, { name: 'second', caveats: [] });
    expect(made.status).toBe(201);
    expect((await world.post(`${oz}/user/tokens/named`, person, { name: 'second' })).error).toBe('badValueIdentifierOccupied');
    expect((await world.post(`${oz}/user/tokens/named`, person, { name: 'third', caveats: {} })).error).toBe('badData');
    expect((await world.post(`${oz}/user/tokens/named`, person, { name: 'third', caveats: [{ type: 'odd' }] })).error).toBe(
      'badValueCaveat',
    );
    expect((await world.post(`${oz}/user/tokens/named`, person, { name: 'third', type: 'odd' })).error).toBe('badValueTokenType');
    expect((await world.post(`${oz}/user/tokens/named`, person, { name: 'x'.repeat(129) })).error).toBe('badValueName');
    for (const name of ['a\0', '\ud800'])
      expect((await world.post(`${oz}/user/tokens/named`, person, { name })).body.error).toMatchObject({
        id: 'badValueString',
        details: { key: 'name' },
      });
    const url = `${oz}/tokens/named/${made.body.tokenId}`;
    expect((await world.get(url, await world.person())).status).toBe(403);
    expect((await world.send('PATCH', url, person, { revoked: true })).status).toBe(204);
    expect((await world.get(`${url}/status`, person)).body).toEqual({ revoked: true });
    expect((await world.get(user, { id: '', token: made.body.token })).status).toBe(401);
    expect((await world.send('DELETE', url, person)).status).toBe(204);
    expect((await world.get(url, person)).status).toBe(404);
  });

  it('temporary tokens need a time caveat and end with their generation (rest R132)', async () => {
    const url = `${oz}/user/tokens/temporary`;
    expect((await world.post(url, person, { caveats: [] })).error).toBe('tokenTimeCaveatRequired');
    const validUntil = Math.floor(Date.now() / 1000) + 100;
    const { body } = await world.post(url, person, { caveats: [{ type: 'time', validUntil }] });
    expect((await world.get(user, { id: '', token: body.token })).status).toBe(200);
    const confined = await world.post(`${oz}/tokens/confine`, null, { token: body.token, caveats: [{ type: 'time', validUntil: 5 }] });
    expect(await authError({ 'x-auth-token': confined.body.token })).toBe('tokenCaveatUnverified');
    expect((await world.send('DELETE', url, person)).status).toBe(204);
    expect(await authError({ 'x-auth-token': body.token })).toBe('tokenRevoked');
  });
});

describe('pages of the server itself', () => {
  it.each(['/', '/docs', '/health', '/metrics', '/openapi.json'])(
    '%s tells whether it is there, and refuses other methods (rest R2)',
    async (url) => {
      const [whole, head] = [await world.get(url, null), await world.request('HEAD', url)];
      expect([head.status, head.text, head.headers['content-type']]).toEqual([whole.status, '', whole.headers['content-type']]);
      const refused = await world.request('DELETE', url);
      expect([refused.status, refused.error, refused.headers['allow']]).toEqual([405, 'notSupported', 'GET, HEAD']);
      expect((await world.request('OPTIONS', url)).status).toBe(204);
    },
  );

  it('redirects to a reference page that needs nothing else', async () => {
    const root = await world.get('/', null);
    expect([root.status, root.headers['location']]).toEqual([302, '/docs']);
    const page = await world.get('/docs', null);
    expect(page.text.replaceAll('<wbr>', '')).toContain('<code>/api/v3/oneprovider/automation/execution/workflows/{wid}/cancel</code>');
    expect(page.text).toContain('for <code>storeInitialContentUploads</code>');
    expect(page.text).not.toContain('`');
    expect(page.text).not.toMatch(/(src|href)=(?!"\/openapi\.json")/);
    expect((await world.get('/health', null)).body.status).toBe('ok');
  });

  it('shows metrics to this machine, or to the holder of the token', async () => {
    expect((await world.get('/metrics', null)).text).toContain('laneway_http_request_duration_seconds');
    const guarded = await newWorld({ metricsToken: 'secret' });
    try {
      expect((await guarded.get('/metrics', null)).status).toBe(403);
      expect((await guarded.request('GET', '/metrics', { headers: { authorization: 'Bearer secret' } })).status).toBe(200);
    } finally {
      await guarded.close();
    }
  });
});

describe('an error inside a handler', () => {
  it('answers 500 with a reference, and the next request is served (rest R15)', async () => {
    world.executions.view = async () => await Promise.reject(new Error('a bug'));
    const answer = await world.get('/api/v3/oneprovider/automation/execution/workflows/any', person);
    expect([answer.status, answer.error]).toEqual([500, 'internalServerError']);
    expect(answer.body.error.details.reference).toEqual(expect.any(String));
    expect(answer.text).not.toContain('a bug');
    expect((await world.get('/api/v3/onezone/user', person)).status).toBe(200);
  });
});
