/** The command lines of the reference's clients (rest §9). */
import { chmodSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFileSync, spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { splitSecrets } from '../src/rest-cli/curl.ts';
import { env, request, run } from './support/rest-cli.ts';

const base = 'https://op.example/api/v3/oneprovider';

describe('oneprovider-rest-cli', () => {
  test('cancels with the documented call: the path parameter, the token of the environment, no body (rest R140)', async () => {
    const called = request(await run('oneprovider', ['cancelWorkflowExecution', 'wid=abc/1']));
    expect(called).toEqual({
      method: 'POST',
      url: `${base}/automation/execution/workflows/abc%2F1/cancel`,
      headers: ['X-Auth-Token: key'],
    });
  });

  test('== sends texts, := JSON; the content type is set by itself (rest R137, R139)', async () => {
    const overlay = 'storeInitialContentOverlay:={"input":[1,2]}';
    const called = request(await run('oneprovider', ['scheduleWorkflowExecution', 'spaceId==s1', 'logLevel==a=b:c', overlay]));
    expect(called.body).toBe('{"spaceId":"s1","logLevel":"a=b:c","storeInitialContentOverlay":{"input":[1,2]}}');
    expect(called.headers).toContain('Content-Type: application/json');
    const rerun = request(await run('oneprovider', ['rerunWorkflowExecution', 'wid=w', 'laneIndex==2', 'laneRunNumber:=3']));
    expect(rerun.body).toBe('{"laneIndex":"2","laneRunNumber":3}');
  });

  test('parameters are understood before and after the operation; words of no form are ignored (rest R138)', async () => {
    const args = ['sid=s 1', 'listWorkflowExecutions', 'phase=ended', 'limit=20', 'nonsense'];
    const expected = `${base}/spaces/s%201/automation/execution/workflows?phase=ended&limit=20`;
    expect(request(await run('oneprovider', args)).url).toBe(expected);
  });

  test('a token given as an argument wins over that of the environment (rest R140)', async () => {
    const { headers } = request(await run('oneprovider', ['getWorkflowExecutionDetails', 'wid=w', 'x-auth-token:mine']));
    expect(headers).toEqual(['x-auth-token:mine']);
  });

  test('options of curl go to curl, also those with a value; - takes the body from standard input', async () => {
    const { curl } = await run('oneprovider', ['-k', '-o', 'file', 'scheduleWorkflowExecution', '-']);
    expect(curl?.slice(0, 5)).toEqual(['-sS', '--tlsv1.2', '-k', '-o', 'file']);
    expect(curl).toEqual(expect.arrayContaining(['--data-binary', '@-']));
  });

  test.each([
    ['options without a value', ['-k', 'sid=s', '-sS', 'listWorkflowExecutions'], ['-k', '-sS']],
    ['a value like an argument', ['-b', 'a=b', 'sid=s', 'listWorkflowExecutions'], ['-b', 'a=b']],
    ['a value like an operation', ['-o', 'listWorkflowExecutions', 'listWorkflowExecutions', 'sid=s'], ['-o', 'listWorkflowExecutions']],
    ['after the operation', ['listWorkflowExecutions', '-o', 'file', '--max-time', '3', 'sid=s'], ['-o', 'file', '--max-time', '3']],
    ['joined letters', ['-sSo', 'file', '-ofile', 'sid=s', 'listWorkflowExecutions'], ['-sSo', 'file', '-ofile']],
    ['an option not known here', ['--newest', 'value', 'sid=s', 'listWorkflowExecutions'], ['--newest', 'value']],
  ])('words for curl are told from parameters: %s (rest R138)', async (_name, args, forCurl) => {
    const ran = await run('oneprovider', args);
    expect(ran.curl?.slice(2, -5)).toEqual(forCurl);
    expect(request(ran).url).toBe(`${base}/spaces/s/automation/execution/workflows`);
  });

  test('a token in a header for curl wins over that of the environment, too (rest R140)', async () => {
    const { headers } = request(await run('oneprovider', ['-H', 'X-Auth-Token: mine', 'getAllSpaces']));
    expect(headers).toEqual(['X-Auth-Token: mine']);
  });

  test('a parameter that makes a list may be repeated (rest R142)', async () => {
    const { url } = request(await run('oneprovider', ['listWorkflowExecutionSummaries', 'sid=s', 'label=a=1', 'label=b=2']));
    expect(url).toContain('?label=a%3D1&label=b%3D2');
  });

  test('keys that the operation knows make its body JSON although it needs none', async () => {
    const called = request(await run('oneprovider', ['cancelWorkflowExecution', 'wid=w', 'reason==begun by mistake']));
    expect(called.body).toBe('{"reason":"begun by mistake"}');
    expect(called.headers).toContain('Content-Type: application/json');
  });

  test('media types have short names (rest R141)', async () => {
    const { headers } = request(await run('oneprovider', ['-ac', 'json', '-ct', 'yaml', 'scheduleWorkflowExecution', 'a==b']));
    expect(headers).toEqual(expect.arrayContaining(['Accept: application/json', 'Content-Type: application/yaml']));
  });

  test.each([
    ['no host', ['cancelWorkflowExecution', 'wid=w'], {}, 'no host is given'],
    ['no operation', ['wid=w'], env, 'no operation is given'],
    ['an unknown operation', ['stopWorkflowExecution', 'wid=w'], env, 'there is no operation "stopWorkflowExecution"'],
    ['a parameter twice', ['listWorkflowExecutions', 'sid=s', 'limit=1', 'limit=2'], env, 'too many values of the parameter "limit"'],
    ['a parameter that has to be there', ['getAtmStoreIndicesByTraceIds', 'sid=s'], env, 'too few values of the parameter "traceIds"'],
    ['a header of two lines', ['getAllSpaces', 'X-A:a\nX-Auth-Token:b'], env, 'a header cannot have a line break'],
    ['no content type', ['cancelWorkflowExecution', 'wid=w', 'a==b'], env, 'a body needs a content type'],
    ['a missing path parameter', ['cancelWorkflowExecution'], env, 'the path parameter "wid" is missing'],
    ['a value that is no JSON', ['scheduleWorkflowExecution', 'a:=x'], env, 'the value of "a" is not JSON: x'],
    ['an option without its value', ['cancelWorkflowExecution', '--host'], env, 'the option --host needs a value'],
  ])('%s is told on standard output with status 1, and nothing is sent (rest R142)', async (_name, args, environment, text) => {
    const ran = await run('oneprovider', args, environment);
    expect([ran.status, ran.curl]).toEqual([1, null]);
    expect(ran.printed).toContain(text);
  });

  test('--force leaves parameters unchecked', async () => {
    const { url } = request(await run('oneprovider', ['--force', 'listWorkflowExecutions', 'sid=s', 'limit=1', 'limit=2']));
    expect(url).toContain('?limit=1&limit=2');
  });

  test('--dry-run prints a command that a shell understands, and sends nothing', async () => {
    const ran = await run('oneprovider', ['--dry-run', 'scheduleWorkflowExecution', "name==it's"]);
    expect(ran.curl).toBeNull();
    const words = execFileSync('sh', ['-c', `printf '%s\\n' ${ran.printed}`], { encoding: 'utf8' })
      .trim()
      .split('\n');
    expect(words).toContain(`{"name":"it's"}`);
  });

  test('help lists the operations, and tells the parameters of one; version, about, completion', async () => {
    expect((await run('oneprovider', ['--help'])).printed).toContain('forceContinueWorkflowExecution');
    expect((await run('oneprovider', ['rerunWorkflowExecution', '-h'])).printed).toMatch(/wid=….*\n.*laneIndex==…/);
    expect((await run('oneprovider', ['-V'])).printed).toBe('oneprovider API v3');
    expect((await run('oneprovider', ['--about'])).printed).toContain('Laneway');
    expect((await run('oneprovider', ['--completion', 'bash'])).printed).toContain('complete -F');
    expect((await run('oneprovider', ['--completion', 'fish'])).status).toBe(1);
  });

  test('the variables that feed all clients are used when its own are not set (rest R145)', async () => {
    const called = await run('oneprovider', ['getAllSpaces'], { ONEDATA_PROVIDER: 'op.host', ONEDATA_API_KEY: 'all' });
    expect(request(called)).toMatchObject({ url: 'https://op.host/api/v3/oneprovider/spaces', headers: ['X-Auth-Token: all'] });
  });
});

describe('variables', () => {
  test('an empty one counts as not set', async () => {
    const empty = { ONEPROVIDER_HOST: '', ONEPROVIDER_API_KEY: '', ONEDATA_PROVIDER: 'op.host', ONEDATA_API_KEY: 'all' };
    expect(request(await run('oneprovider', ['getAllSpaces'], empty))).toMatchObject({
      url: 'https://op.host/api/v3/oneprovider/spaces',
      headers: ['X-Auth-Token: all'],
    });
    const basic = { ...env, ONEZONE_API_KEY: '', ONEZONE_BASIC_AUTH: 'ada:secret' };
    expect((await run('onezone', ['getCurrentUser'], basic)).curl).toEqual(expect.arrayContaining(['-u', 'ada:secret']));
  });

  test('a line break at the end of a token is no part of it', async () => {
    const read = { ...env, ONEPROVIDER_API_KEY: 'key\r\n' };
    expect(request(await run('oneprovider', ['getAllSpaces'], read)).headers).toEqual(['X-Auth-Token: key']);
  });
});

describe('onezone-rest-cli', () => {
  test('has basic authentication from the environment, and the operations of automation in the same style (rest R144)', async () => {
    const called = await run('onezone', ['createUserAtmInventory', 'name==i1'], { ...env, ONEZONE_BASIC_AUTH: 'ada:secret' });
    expect(request(called)).toMatchObject({ url: 'https://oz.example/api/v3/onezone/user/atm_inventories', body: '{"name":"i1"}' });
    expect(called.curl).toEqual(expect.arrayContaining(['-u', 'ada:secret']));
    expect((await run('onezone', ['cancelWorkflowExecution', 'wid=w'])).status).toBe(1);
  });

  test('a token beats basic authentication, a user given beats both (rest R144)', async () => {
    const both = { ...env, ONEZONE_BASIC_AUTH: 'ada:secret', ONEZONE_API_KEY: 'key' };
    expect((await run('onezone', ['getCurrentUser'], both)).curl).not.toContain('-u');
    const given = await run('onezone', ['-u', 'eve:x', 'getCurrentUser'], both);
    expect([given.curl?.includes('eve:x'), request(given).headers]).toEqual([true, []]);
  });
});

describe('what curl is given', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'laneway-curl-'));
    const script = '#!/bin/sh\nprintf "%s\\n" "$@" > "$OUT"\ncat /dev/fd/3 >> "$OUT"\nexit 7\n';
    writeFileSync(join(folder, 'curl'), script);
    chmodSync(join(folder, 'curl'), 0o755);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('its exit status is ours (rest R143), and no token is on its command line', async () => {
    const out = join(folder, 'out');
    const program = new URL('../bin/oneprovider-rest-cli.js', import.meta.url).pathname;
    const environment = { ...process.env, ...env, OUT: out, PATH: `${folder}:${process.env['PATH']}` };
    let status: unknown = 0;
    try {
      execFileSync(process.execPath, [program, 'cancelWorkflowExecution', 'wid=w'], { env: environment });
    } catch (error) {
      status = (error as { status: unknown }).status;
    }
    expect(status).toBe(7);
    const [args, config] = readFileSync(out, 'utf8').split('/cancel\n');
    expect(args).not.toContain('key');
    expect(config).toBe('header = "X-Auth-Token: key"\n');
  });

  test.each(['X-Onedata-Consumer-Token', 'X-Onedata-Service-Token', 'Authorization', 'macaroon'])('%s is a secret (rest R22)', (name) => {
    const header = `${name}: t`;
    const words = ['-H', header, '--header', header, '-H', 'Accept: a'];
    expect(splitSecrets(words)).toEqual({ open: ['-H', 'Accept: a'], secret: [`header = "${header}"`, `header = "${header}"`] });
  });

  test('without a place for what is secret nothing is sent, and that is told', () => {
    const program = new URL('../bin/oneprovider-rest-cli.js', import.meta.url).pathname;
    const environment = { ...process.env, ...env, TMPDIR: join(folder, 'missing') };
    const { status, stdout } = spawnSync(process.execPath, [program, 'getAllSpaces'], { env: environment, encoding: 'utf8' });
    expect([status, stdout]).toEqual([1, expect.stringMatching(/^error: the token cannot be handed to curl: ENOENT.*\n$/)]);
  });

  test('an output that cannot be written is told in one line, with exit code 1', () => {
    const program = new URL('../bin/onezone-rest-cli.js', import.meta.url).pathname;
    const full = openSync('/dev/full', 'w');
    const { status, stderr } = spawnSync(process.execPath, [program, '--help'], { stdio: ['ignore', full, 'pipe'], encoding: 'utf8' });
    closeSync(full);
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^onezone-rest-cli: cannot write the output: ENOSPC.*\n$/)]);
  });

  test('quotes in secrets are escaped for its configuration', () => {
    expect(splitSecrets(['-u', 'a:"b\\', '-X', 'GET'])).toEqual({ open: ['-X', 'GET'], secret: [String.raw`user = "a:\"b\\"`] });
  });
});
