/**
 * The command lines of the reference's clients against a server, over HTTPS: its examples as they stand, each form of an argument, where
 * credentials come from, and what a script sees of a failure (rest §9).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApiServer, type ApiServer } from '../api/support/api-server.ts';
import { DocumentedClient, tlsFiles, type DocumentedAnswer } from './documented-client.ts';
import { smallWorkflow } from './dumps.ts';
import { cleanUp } from './support.ts';

let api: ApiServer;
let client: DocumentedClient;
let host: string;
let schema: string;

beforeAll(async () => {
  const tls = await tlsFiles();
  api = await startApiServer({ tls });
  client = new DocumentedClient(tls.cert);
  host = new URL(api.server.httpsUrl ?? '').host;
  schema = await api.client.registry.createWorkflowSchema(api.inventoryId, smallWorkflow({ image: 'held' }));
});
afterAll(async () => {
  await api.close();
  await cleanUp();
});

async function run(line: string, variables: Readonly<Record<string, string>> = {}): Promise<DocumentedAnswer> {
  const token = api.admin.token;
  const hosts = { ONEPROVIDER_HOST: `https://${host}`, ONEZONE_HOST: `https://${host}` };
  const keys = { ONEPROVIDER_API_KEY: token, ONEZONE_API_KEY: token };
  return await client.run(line, { ...hosts, ...keys, SPACE: api.spaceId, SCHEMA: schema, ...variables });
}

async function ended(): Promise<string> {
  const line =
    'oneprovider-rest-cli scheduleWorkflowExecution spaceId==$SPACE atmWorkflowSchemaId==$SCHEMA \\\n    atmWorkflowSchemaRevisionNumber:=1 logLevel==debug \'storeInitialContentOverlay:={"input":[{"n":1},{"n":2}]}\'';
  const answer = await run(line);
  expect([answer.exitCode, answer.status]).toEqual([0, 201]);
  const { atmWorkflowExecutionId: id } = JSON.parse(answer.out);
  await api.untilWaiting(id);
  api.puppets.set(id, 'go');
  await api.untilStatus(id, 'finished');
  return id;
}

describe('the examples of the reference', () => {
  test('schedule, list and rerun: texts count as numbers (rest R137, R56)', async () => {
    const execution = await ended();
    const listed = await run('oneprovider-rest-cli listWorkflowExecutions sid=$SPACE phase=ended limit=20');
    expect(JSON.parse(listed.out).atmWorkflowExecutions).toContain(execution);
    const rerun = await run('oneprovider-rest-cli rerunWorkflowExecution wid=$EXECUTION laneIndex==1 laneRunNumber==1', {
      EXECUTION: execution,
    });
    expect(rerun).toMatchObject({ exitCode: 0, status: 204, out: '' });
    await api.untilStatus(execution, 'finished');
    expect((await api.details(execution)).lanes[0]?.runs.map(({ runType }) => runType)).toEqual(['rerun', 'regular']);
  });
});

describe('arguments and options', () => {
  const list = 'listWorkflowExecutions phase=ended limit=1';

  test.each([
    ['before the operation (rest R138)', `oneprovider-rest-cli sid=$SPACE ${list}`],
    ['between words for curl', `oneprovider-rest-cli -k sid=$SPACE --max-time 20 ${list} -H 'X-Other: a=b'`],
    ['beside words of no form', `oneprovider-rest-cli ${list} sid=$SPACE nonsense`],
    ['with a header and media types by their short names (rest R141)', `oneprovider-rest-cli -ac json ${list} sid=$SPACE X-Other:1`],
  ])('parameters %s', async (_where, line) => {
    const answer = await run(line);
    expect([answer.exitCode, answer.status]).toEqual([0, 200]);
    expect(Object.keys(JSON.parse(answer.out))).toContain('atmWorkflowExecutions');
  });

  test('a body from standard input is sent as it is', async () => {
    const named = await run(`echo '{"name": "from input"}' | onezone-rest-cli createUserAtmInventory -`);
    expect([named.exitCode, named.status]).toEqual([0, 201]);
    const broken = await run(`echo '{"name": ' | onezone-rest-cli createUserAtmInventory -`);
    expect([broken.exitCode, broken.status, JSON.parse(broken.out).error.id]).toEqual([0, 400, 'malformedData']);
  });

  test('--dry-run sends nothing, and what it prints does the same', async () => {
    const printed = await run('onezone-rest-cli --dry-run createUserSpace name==dry');
    expect([printed.exitCode, printed.status]).toEqual([0, 0]);
    const names = async (): Promise<readonly string[]> => (await api.client.registry.spaces()).map(({ name }) => name);
    expect(await names()).not.toContain('dry');
    expect((await run(printed.out)).status).toBe(201);
    expect(await names()).toContain('dry');
  });
});

describe('credentials', () => {
  const line = 'onezone-rest-cli getCurrentUser';
  const userOf = ({ out }: DocumentedAnswer): string => JSON.parse(out).userId ?? JSON.parse(out).error.id;

  test('a token of the command line wins over that of the environment (rest R140)', async () => {
    const other = await api.actor('other', null);
    for (const given of ['X-Auth-Token:$OTHER', '-H "X-Auth-Token: $OTHER"'])
      expect(userOf(await run(`${line} ${given}`, { OTHER: other.token }))).toBe(other.userId);
  });

  test('variables for all clients are used where its own are empty (rest R145)', async () => {
    const shared = { ONEZONE_HOST: '', ONEZONE_API_KEY: '', ONEDATA_ZONE: host, ONEDATA_API_KEY: api.admin.token };
    expect(userOf(await run(line, shared))).toBe(api.admin.userId);
  });

  test('basic authentication is for Onezone, when there is no token (rest R144)', async () => {
    const made = await run("onezone-rest-cli createUser username==basic 'password==correct horse'");
    const { userId } = JSON.parse(made.out);
    const basic = { ONEZONE_API_KEY: '', ONEZONE_BASIC_AUTH: 'basic:correct horse' };
    expect(userOf(await run(line, basic))).toBe(userId);
    expect(userOf(await run('onezone-rest-cli -u "basic:correct horse" getCurrentUser'))).toBe(userId);
    expect(userOf(await run(line, { ...basic, ONEZONE_BASIC_AUTH: 'basic:wrong' }))).toBe('unauthorized');
  });
});

describe('exit status', () => {
  test.each([
    ['0 with a refusal of the server (rest R143)', 'oneprovider-rest-cli getWorkflowExecutionDetails wid=none', 0, /"notFound"/],
    ["curl's with its option to fail", 'oneprovider-rest-cli -f getWorkflowExecutionDetails wid=none', 22, /^$/],
    ["curl's without a server", 'oneprovider-rest-cli --host https://127.0.0.1:1 getAllSpaces', 7, /^$/],
    ['1 without a host (rest R142)', 'ONEPROVIDER_HOST= oneprovider-rest-cli getAllSpaces', 1, /^error: no host/],
    ['1 without an operation', 'oneprovider-rest-cli', 1, /^error: no operation/],
    ['1 for an unknown operation', 'oneprovider-rest-cli cancelEverything', 1, /^error: there is no operation/],
    ['1 for a parameter given twice', 'oneprovider-rest-cli listWorkflowExecutions sid=a limit=1 limit=2', 1, /^error: too many values/],
    ['1 for a body without a type', 'oneprovider-rest-cli getAllSpaces a==b', 1, /^error: a body needs a content type/],
  ])('%s', async (_what, line, exitCode, printed) => {
    const answer = await run(line);
    expect([answer.exitCode, answer.out]).toEqual([exitCode, expect.stringMatching(printed)]);
  });
});
