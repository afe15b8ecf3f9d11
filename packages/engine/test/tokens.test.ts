/** The text of tokens and caveats: what is written is read back, and nothing else is taken for it (rest §2.2, §2.4). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { Registry, openDatabase, type Database, type Presentation } from '@laneway/engine';
import { AddressData } from '../src/registry/address-data.ts';
import { caveatHolds, kindMayCarry, type TokenContext } from '../src/registry/caveat-context.ts';
import { caveatFits, caveatFromJson, caveatFromText, caveatToText, type Caveat } from '../src/registry/caveats.ts';
import { addCaveats, mintMacaroon } from '../src/registry/macaroon.ts';
import { decodeToken, encodeToken, tokenIdentifier } from '../src/registry/token-text.ts';
import { inviteOf, inviteTypeText, kindOf, typeOfText, typeTextOf, type InviteCode } from '../src/registry/token-types.ts';
import { confineToken, examineToken } from '../src/registry/token-properties.ts';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const anywhere: Presentation = {
  peerIp: '192.0.2.7',
  service: 'opw-here',
  interface: 'rest',
  serviceToken: null,
  consumerToken: null,
  consumers: [],
  dataAccess: true,
};

const id = fc.stringMatching(/^[a-zA-Z0-9_-]{1,24}$/);
const word = fc.stringMatching(/^[\w.*:-]{1,16}$/);
const byte = fc.integer({ min: 0, max: 255 });
const ipv4 = fc.tuple(byte, byte, byte, byte).map((bytes) => bytes.join('.'));
const ipv6 = fc
  .array(fc.integer({ min: 0, max: 65_535 }), { minLength: 8, maxLength: 8 })
  .map((parts) => parts.map((part) => part.toString(16)).join(':'));
const list = <T>(item: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(item, { minLength: 1, maxLength: 4 });

const caveat: fc.Arbitrary<Caveat> = fc.oneof(
  fc.record({ type: fc.constant('time' as const), validUntil: fc.nat() }),
  fc.record({
    type: fc.constant('ip' as const),
    whitelist: list(
      fc.oneof(
        ipv4,
        fc.tuple(ipv4, fc.integer({ min: 0, max: 32 })).map(([address, bits]) => `${address}/${bits}`),
        ipv6,
        fc.tuple(ipv6, fc.integer({ min: 0, max: 128 })).map(([address, bits]) => `${address}/${bits}`),
      ),
    ),
  }),
  fc.record({ type: fc.constant('asn' as const), whitelist: list(fc.nat()) }),
  fc.record({
    type: fc.constant('geo.country' as const),
    filter: fc.constantFrom('whitelist' as const, 'blacklist' as const),
    list: list(fc.stringMatching(/^[A-Z]{2}$/)),
  }),
  fc.record({
    type: fc.constant('geo.region' as const),
    filter: fc.constantFrom('whitelist' as const, 'blacklist' as const),
    list: list(fc.constantFrom('Europe', 'EU', 'Asia', 'NorthAmerica')),
  }),
  fc.record({ type: fc.constant('service' as const), whitelist: list(id.map((name) => `opw-${name}`)) }),
  fc.record({ type: fc.constant('consumer' as const), whitelist: list(id.map((name) => `usr-${name}`)) }),
  fc.record({
    type: fc.constant('interface' as const),
    interface: fc.constantFrom('rest' as const, 'oneclient' as const, 'graphsync' as const),
  }),
  fc.record({ type: fc.constant('api' as const), whitelist: list(word.map((gri) => `opw/create/${gri}`)) }),
  fc.constant({ type: 'data.readonly' } as const),
  fc.record({
    type: fc.constant('data.path' as const),
    whitelist: list(word.map((path) => Buffer.from(`/${path}`).toString('base64'))),
  }),
  fc.record({ type: fc.constant('data.objectid' as const), whitelist: list(id) }),
  fc.constant({ scope: 'identityToken' } as const),
);

const codes = ['ujg', 'gjg', 'ujs', 'gjs', 'ssp', 'hjs', 'rop', 'ujc', 'gjc', 'ujh', 'gjh', 'sjh', 'uji', 'gji'] as const;
const typeText = fc.oneof(
  fc.constantFrom('act', 'idn'),
  id.map((session) => `act:${session}`),
  fc.tuple(fc.constantFrom(...codes), id).map(([code, targetId]) => inviteTypeText({ code, targetId })),
);

describe('texts', () => {
  it('every caveat is the same after it was signed and read, and after it was JSON (rest §2.4)', () => {
    fc.assert(
      fc.property(caveat, (given) => {
        expect(caveatFromText(caveatToText(given))).toEqual(given);
        expect(caveatFromJson(JSON.parse(JSON.stringify(given)))).toEqual(given);
      }),
    );
  });

  it('texts that are nearly caveats are none (rest §2.4)', () => {
    const texts = ['', 'time', 'time < ', 'time < -1', 'time <= 5', 'time = 5', 'ip = ', 'ip = 1.2.3.4/33', 'ip = ::/129', 'ip = 1.2.3'];
    const more = ['ip != 1.2.3.4', 'interface = ftp', 'api = opw/fly/x', 'api = x', 'service = here', 'consumer = me', 'data.readonly = 1'];
    const others = ['geo.country = pl', 'geo.country < PL', 'asn = one', 'asn = 1|', 'authorization = all', 'data.path = !', 'Time < 5'];
    for (const text of [...texts, ...more, ...others]) expect([text, caveatFromText(text)]).toEqual([text, null]);
  });

  it('every type is the same after it was written into an identifier, and after it was JSON (rest §2.2)', () => {
    fc.assert(
      fc.property(typeText, (text) => {
        const type = typeOfText(text)!;
        expect(typeTextOf(JSON.parse(JSON.stringify(type)))).toBe(text);
        const subject = { type: 'user', id: 'u' } as const;
        const identifier = tokenIdentifier({ subject, id: 'i', typeText: text, generation: 3 });
        const decoded = decodeToken(encodeToken(mintMacaroon({ location: 'zone', identifier, secret: 's' })));
        expect(decoded).toMatchObject({ ok: true, value: { identity: { type, typeText: text, subject, id: 'i' } } });
      }),
    );
    expect(codes.map((code: InviteCode) => kindOf(typeOfText(inviteTypeText({ code, targetId: 't' }))!))).toEqual(
      codes.map(() => 'invite'),
    );
    expect(inviteTypeText({ code: 'ssp', targetId: 't' })).toBe('ssp:t:ge');
    for (const text of ['ssp:t:', 'ujs:t:ge', 'ujs:t', 'ujs::', 'xyz:t:', 'ujs:t::']) expect(inviteOf(text)).toBeNull();
    for (const json of [{}, 'act', { accessToken: 1 }, { accessToken: {}, identityToken: {} }, { inviteToken: {} }, null, []])
      expect(typeTextOf(json)).toBeNull();
  });

  it('confining, writing and reading keep all caveats in their order; examining shows them (rest R135)', () => {
    fc.assert(
      fc.property(fc.array(caveat, { maxLength: 5 }), fc.array(caveat, { maxLength: 5 }), (first, second) => {
        const identifier = tokenIdentifier({ subject: { type: 'user', id: 'u' }, id: 'i', typeText: 'act', generation: null });
        const token = encodeToken(addCaveats(mintMacaroon({ location: 'zone', identifier, secret: 's' }), first.map(caveatToText)));
        const confined = confineToken(token, second);
        expect(token).toMatch(/^[A-Za-z0-9]+$/);
        if (!confined.ok) throw new Error(confined.error.description);
        expect(examineToken(confined.value)).toMatchObject({ ok: true, value: { id: 'i', caveats: [...first, ...second] } });
      }),
    );
  });

  it('a prefix of a service belongs to providers (rest §2.2)', () => {
    const text = (type: 'user' | 'oneprovider'): string => {
      const identifier = tokenIdentifier({ subject: { type, id: 'x' }, id: 'i', typeText: 'idn', generation: 1 });
      return encodeToken(mintMacaroon({ location: 'zone', identifier, secret: 's' }));
    };
    for (const prefix of ['opw-', 'opp-']) {
      expect(decodeToken(prefix + text('oneprovider')).ok).toBe(true);
      expect(decodeToken(prefix + text('user'))).toMatchObject({ error: { id: 'badToken' } });
    }
    for (const prefix of ['ozw-', 'x-', '-'])
      expect(decodeToken(prefix + text('oneprovider'))).toMatchObject({ error: { id: 'badToken' } });
  });

  it('a text over the limit is too large, whatever it says (rest §2.2)', () => {
    expect(decodeToken('a'.repeat(1_048_577))).toMatchObject({ error: { id: 'tokenTooLarge', details: { limit: 1_048_576 } } });
    expect(decodeToken('a'.repeat(1_048_576))).toMatchObject({ error: { id: 'badToken' } });
  });
});

describe('a token that was tampered with', () => {
  let database: Database;
  let registry: Registry;
  let token: string;
  beforeAll(async () => {
    database = await openDatabase({ kind: 'memory' });
    registry = new Registry(database, 'zone');
    const user = await registry.createUser({ fullName: 'A User', username: null, privileges: [] });
    if (!user.ok) throw new Error(user.error.description);
    const caveats = [{ type: 'ip', whitelist: ['192.0.2.0/24'] }];
    const made = await registry.createNamedToken(user.value.userId, {
      name: 'n',
      type: 'act',
      caveats,
      customMetadata: {},
      revoked: false,
    });
    if (!made.ok) throw new Error(made.error.description);
    token = made.value.token;
  });
  afterAll(async () => await database.close());

  it('is refused, whichever character was replaced by whichever other one (rest §2.3)', async () => {
    expect((await registry.tokens.verify(token, anywhere)).ok).toBe(true);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/= é\0';
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: token.length - 1 }), fc.constantFrom(...alphabet.split('')), async (at, other) => {
        fc.pre(token[at] !== other);
        const verified = await registry.tokens.verify(token.slice(0, at) + other + token.slice(at + 1), anywhere);
        expect(verified.ok).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  it('is refused when it was cut, lengthened, or a caveat was taken off (rest §2.3)', async () => {
    for (let length = 0; length < token.length; length += 7)
      expect((await registry.tokens.verify(token.slice(0, length), anywhere)).ok).toBe(false);
    for (const more of ['A', 'AAAA', '0', '05']) expect((await registry.tokens.verify(token + more, anywhere)).ok).toBe(false);
    const decoded = decodeToken(token);
    if (!decoded.ok) throw new Error(decoded.error.description);
    const { macaroon } = decoded.value;
    const freed = encodeToken({ ...macaroon, caveats: [] });
    expect(await registry.tokens.verify(freed, anywhere)).toMatchObject({ error: { id: 'tokenInvalid' } });
    const elsewhere = encodeToken({ ...macaroon, location: 'other' });
    expect(await registry.tokens.verify(elsewhere, anywhere)).toMatchObject({ error: { id: 'tokenInvalid' } });
  });
});

describe('a caveat', () => {
  it('fits into a token up to the length that its form can say (rest §2.2)', () => {
    const macaroon = mintMacaroon({ location: 'zone', identifier: 'id', secret: 's' });
    const longest = 0xffff - 'NNNNcid \n'.length - 'data.objectid = '.length;
    const named = (length: number): Caveat => ({ type: 'data.objectid', whitelist: ['A'.repeat(length)] });
    expect([caveatFits(named(longest)), caveatFits(named(longest + 1))]).toEqual([true, false]);
    expect(() => encodeToken(addCaveats(macaroon, [caveatToText(named(longest))]))).not.toThrow();
    expect(() => encodeToken(addCaveats(macaroon, [caveatToText(named(longest + 1))]))).toThrow(RangeError);
    expect(caveatFits({ type: 'api', whitelist: [`all/all/${'é'.repeat(40_000)}`] })).toBe(false);
  });

  it('that is not known any more is not left out of the token: the token is refused (rest §2.3 row 8)', async () => {
    const database = await openDatabase({ kind: 'memory' });
    const registry = new Registry(database, 'zone');
    const user = await registry.createUser({ fullName: 'A User', username: null, privileges: [] });
    if (!user.ok) throw new Error(user.error.description);
    const request = { name: 'n', type: 'act', customMetadata: {}, revoked: false };
    const made = await registry.createNamedToken(user.value.userId, { ...request, caveats: [{ type: 'weekday', whitelist: ['monday'] }] });
    if (!made.ok) throw new Error(made.error.description);
    expect(await registry.tokens.verify(made.value.token, anywhere)).toMatchObject({ error: { id: 'tokenCaveatUnknown' } });
    await database.close();
  });
});

describe('caveats (rest §2.4)', () => {
  const context: TokenContext = {
    nowSeconds: 1000,
    peerIp: '192.0.2.7',
    peer: null,
    service: 'opw-here',
    interface: 'rest',
    consumers: ['usr-ada'],
    dataAccess: false,
    anywhere: false,
  };
  const holds = (given: Caveat, changes: Partial<TokenContext> = {}): boolean => caveatHolds(given, { ...context, ...changes });

  it('time is over in the second that it names (rest §2.4)', () => {
    expect([999, 1000, 1001].map((nowSeconds) => holds({ type: 'time', validUntil: 1000 }, { nowSeconds }))).toEqual([true, false, false]);
  });

  it.each([
    ['192.0.2.7', ['192.0.2.7'], true],
    ['192.0.2.7', ['192.0.2.6/31'], true],
    ['192.0.2.7', ['192.0.2.8/31', '10.0.0.0/8'], false],
    ['::ffff:192.0.2.7', ['192.0.2.0/24'], true],
    ['192.0.2.7', ['0.0.0.0/0'], true],
    ['2001:db8::7', ['2001:db8::/32'], true],
    ['2001:db9::7', ['2001:db8::/32'], false],
    ['2001:db8::7', ['0.0.0.0/0'], false],
    ['192.0.2.7', ['::/0'], false],
    ['fe80::1%eth0', ['fe80::/10'], true],
    ['not an address', ['0.0.0.0/0'], false],
  ])('%s is in %j: %s', (peerIp, whitelist, expected) => {
    expect(holds({ type: 'ip', whitelist }, { peerIp })).toBe(expected);
    expect(holds({ type: 'ip', whitelist }, { peerIp: null })).toBe(false);
  });

  it('places count when they are known, and never otherwise', () => {
    const peer = { asn: 64_500, country: 'PL', regions: ['Europe', 'EU'] };
    const country = (filter: 'whitelist' | 'blacklist', places: string[]): Caveat => ({ type: 'geo.country', filter, list: places });
    const region = (filter: 'whitelist' | 'blacklist', places: string[]): Caveat => ({ type: 'geo.region', filter, list: places });
    const met: Caveat[] = [{ type: 'asn', whitelist: [1, 64_500] }, country('whitelist', ['FR', 'PL']), country('blacklist', ['FR'])];
    const unmet: Caveat[] = [{ type: 'asn', whitelist: [1] }, country('whitelist', ['FR']), country('blacklist', ['PL'])];
    for (const given of [...met, region('whitelist', ['EU']), region('blacklist', ['Asia'])]) {
      expect([given, holds(given, { peer }), holds(given)]).toEqual([given, true, false]);
    }
    for (const given of [...unmet, region('whitelist', ['Asia']), region('blacklist', ['Asia', 'EU'])])
      expect([given, holds(given, { peer })]).toEqual([given, false]);
  });

  it('services and consumers are named one by one or all of a kind', () => {
    for (const entry of ['opw-here', 'opw-*']) expect(holds({ type: 'service', whitelist: [entry] })).toBe(true);
    for (const entry of ['opw-there', 'ozw-*', 'opp-here']) expect(holds({ type: 'service', whitelist: [entry] })).toBe(false);
    for (const entry of ['usr-ada', 'usr-*']) expect(holds({ type: 'consumer', whitelist: [entry] })).toBe(true);
    for (const entry of ['usr-bob', 'grp-*', 'prv-ada']) expect(holds({ type: 'consumer', whitelist: [entry] })).toBe(false);
    expect(holds({ type: 'consumer', whitelist: ['usr-*'] }, { consumers: [] })).toBe(false);
  });

  it('which kind of token may carry which caveat', () => {
    const all = ['time', 'ip', 'asn', 'geo.country', 'geo.region', 'consumer', 'interface', 'service', 'api', 'data.readonly', 'data.path'];
    const carried = (kind: 'access' | 'identity' | 'invite'): string[] => all.filter((type) => kindMayCarry(kind, { type } as Caveat));
    expect(carried('access')).toEqual(all);
    expect(carried('identity')).toEqual(all.slice(0, 7));
    expect(carried('invite')).toEqual(all.slice(0, 6));
    expect([kindMayCarry('access', { scope: 'identityToken' }), kindMayCarry('identity', { scope: 'identityToken' })]).toEqual([
      true,
      false,
    ]);
  });

  it('a file tells of addresses, the narrowest network first', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'laneway-addresses-'));
    const file = join(directory, 'addresses.csv');
    await writeFile(
      file,
      'network,autonomous_system_number,country,region,comment\r\n192.0.2.0/24,64500,PL,Europe|EU,"a, b"\r\n192.0.2.128/25,64501,,,\n2001:db8::/32,64502,FR,Europe,\n',
    );
    const data = await AddressData.load(file);
    expect(data.find('192.0.2.1')).toEqual({ asn: 64_500, country: 'PL', regions: ['Europe', 'EU'] });
    expect(data.find('::ffff:192.0.2.200')).toEqual({ asn: 64_501, country: 'PL', regions: ['Europe', 'EU'] });
    expect(data.find('2001:db8:1::9')).toEqual({ asn: 64_502, country: 'FR', regions: ['Europe'] });
    for (const address of ['198.51.100.1', '2001:db9::1', 'nonsense']) expect(data.find(address)).toBeNull();
    await writeFile(file, 'network,asn\nnowhere,1\n');
    await expect(AddressData.load(file)).rejects.toThrow('line 2');
    await writeFile(file, 'address,asn\n');
    await expect(AddressData.load(file)).rejects.toThrow('"network"');
    await rm(directory, { recursive: true });
  });
});
