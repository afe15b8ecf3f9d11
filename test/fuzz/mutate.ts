/** Makes a good request nearly good, or hostile. Only what may be lost is named by an id that is put into it. */
import type { DescribedOperation } from '../support/api-description.ts';
import type { Random } from '../simulation/random.ts';
import type { Draft } from './draft.ts';
import { damaged, hostileBody, hostileTexts, oddValue } from './values.ts';

export interface Strangers {
  /** Whoever else asks is to be lost. */
  readonly admin: string;
  /** Tokens that may less, or nothing. */
  readonly tokens: readonly (string | null)[];
  /** Ids of what may be lost. */
  readonly ids: readonly string[];
  /** Methods that a path does not have. */
  wrongMethods(path: string): readonly string[];
}

type Change = (draft: Draft, operation: DescribedOperation, random: Random, strangers: Strangers) => Draft;

const otherId: Change = (draft, _operation, random, { ids }) => {
  const names = Object.keys(draft.params);
  if (names.length === 0) return draft;
  return { ...draft, params: { ...draft.params, [random.pick(names)]: random.pick([...ids, 'unknown', '0'.repeat(38)]) } };
};

/** Those who stay do not lose what a victim was to lose. */
const otherToken: Change = (draft, _operation, random, { admin, tokens }) => ({
  ...draft,
  token: random.pick(draft.token === admin ? tokens : [null, 'no-token']),
});

const otherBody: Change = (draft, operation, random) => {
  if (draft.body === undefined) return operation.method === 'GET' ? draft : { ...draft, body: oddValue(random) };
  return Buffer.isBuffer(draft.body) ? { ...draft, body: Buffer.from('not json\n{"a":') } : { ...draft, body: damaged(draft.body, random) };
};

const otherQuery: Change = (draft, operation, random) => {
  const known = (operation.text['parameters'] ?? [])
    .filter((one: { in: string }) => one.in === 'query')
    .map((one: { name: string }) => one.name);
  const name = random.pick([...known, ...known, 'unknown', 'limit', 'token']);
  const odd = oddValue(random);
  const value = random.pick([typeof odd === 'string' ? odd : JSON.stringify(odd), '1', '0', '1001', '-5', 'ended']);
  return { ...draft, query: [...draft.query, [name, value], ...(random.chance(0.2) ? [[name, value] as const] : [])] };
};

const otherHeaders: Change = (draft, _operation, random) => {
  const headers = random.pick<Draft['headers']>([
    { 'content-type': 'text/plain' },
    { 'content-type': 'application/json; charset=utf-8' },
    { 'content-type': 'application/x-ndjson' },
    { accept: 'text/html' },
    { accept: '*/*;q=0.1, application/*' },
    { accept: 'json' },
    { 'idempotency-key': 'x'.repeat(300) },
    { 'idempotency-key': 'one' },
    { 'last-event-id': '-1' },
    { 'last-event-id': '99999999999999999999' },
    { range: 'bytes=5-1' },
    { range: 'bytes=-0, 1-2' },
    { range: 'lines=1-2' },
    { 'if-none-match': '*' },
    { 'content-encoding': 'gzip' },
    { 'x-forwarded-for': '1.2.3.4, ::1, x' },
    { host: 'a b' },
    { authorization: 'Basic OnB3' },
    { authorization: 'Bearer ' },
    { macaroon: 'abc' },
    { expect: '100-continue' },
  ]);
  return { ...draft, headers: { ...draft.headers, ...headers } };
};

const otherMethod: Change = (draft, operation, random, strangers) => ({
  ...draft,
  method: random.pick(strangers.wrongMethods(operation.path)),
});

const nearly: readonly Change[] = [otherId, otherToken, otherBody, otherBody, otherBody, otherQuery, otherHeaders];

export const nearlyGood: Change = (draft, operation, random, strangers) => random.pick(nearly)(draft, operation, random, strangers);

const hostileParams: Change = (draft, _operation, random) => {
  const names = Object.keys(draft.params);
  if (names.length === 0) return draft;
  return { ...draft, params: { ...draft.params, [random.pick(names)]: random.pick(hostileTexts) } };
};

const hostileContent: Change = (draft, operation, random) =>
  operation.method === 'GET' && random.chance(0.8) ? draft : { ...draft, body: hostileBody(random) };

const hostileQuery: Change = (draft, operation, random) => {
  const changed = otherQuery(draft, operation, random, { admin: '', tokens: [], ids: [], wrongMethods: () => [] });
  return { ...changed, query: changed.query.map(([name]) => [name, random.pick(hostileTexts)] as const) };
};

const hostileToken: Change = (draft, _operation, random) => ({
  ...draft,
  token: random.pick(['', 'abc', 'x'.repeat(4000), 'MDAx', '%00', '0'.repeat(500)]),
});

const hostileChanges: readonly Change[] = [
  hostileParams,
  hostileParams,
  hostileContent,
  hostileContent,
  hostileQuery,
  hostileToken,
  otherHeaders,
  otherMethod,
];

/** One to three hostile changes. */
export const hostile: Change = (draft, operation, random, strangers) => {
  let changed = draft;
  for (let left = random.int(1, 3); left > 0; left -= 1) changed = random.pick(hostileChanges)(changed, operation, random, strangers);
  return changed;
};
