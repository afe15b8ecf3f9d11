/** The command lines of the reference's clients (rest §9). */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { splitSecrets } from '../src/rest-cli/curl.ts';
import { restCli } from '../src/rest-cli/main.ts';
import type { Service } from '../src/rest-cli/operations.ts';

const env = { ONEPROVIDER_HOST: 'https://op.example', ONEPROVIDER_API_KEY: 'key', ONEZONE_HOST: 'https://oz.example' };
const base = 'https://op.example/api/v3/oneprovider';

interface Ran {
  readonly status: number;
  readonly printed: string;
  readonly curl: readonly string[] | null;
}

async function run(service: Service, args: readonly string[], environment: Readonly<Record<string, string>> = env): Promise<Ran> {
  let curl: readonly string[] | null = null;
  const printed: string[] = [];
  const status = await restCli(service, args, {
    env: environment,
    print: (text) => void printed.push(text),
    run: async (given) => {
      curl = given;
      return await Promise.resolve(0);
    },
  });
  return { status, printed: printed.join('\n'), curl };
}

/** Values after `-H` and `-d`, the method and the address. */
function request({ curl }: Ran): { method?: string; url?: string; headers: string[]; body?: string } {
  const words = curl ?? [];
  const after = (flag: string): string[] => words.flatMap((word, index) => (word === flag ? [words[index + 1] ?? ''] : []));
  const [method] = after('-X');
  const [body] = [...after('-d'), ...after('--data-binary')];
  const url = words.at(-1);
  return {
    headers: after('-H'),
    ...(method === undefined ? {} : { method }),
    ...(url === undefined ? {} : { url }),
    ...(body === undefined ? {} : { body }),
  };
}

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

  test('media types have short names (rest R141)', async () => {
    const { headers } = request(await run('oneprovider', ['-ac', 'json', '-ct', 'yaml', 'scheduleWorkflowExecution', 'a==b']));
    expect(headers).toEqual(expect.arrayContaining(['Accept: application/json', 'Content-Type: application/yaml']));
  });

  test.each([
    ['no host', ['cancelWorkflowExecution', 'wid=w'], {}, 'no host is given'],
    ['no operation', ['wid=w'], env, 'no operation is given'],
    ['an unknown operation', ['stopWorkflowExecution', 'wid=w'], env, 'there is no operation "stopWorkflowExecution"'],
    ['a parameter twice', ['listWorkflowExecutions', 'sid=s', 'limit=1', 'limit=2'], env, 'too many values of the parameter "limit"'],
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

describe('onezone-rest-cli (rest R144)', () => {
  test('has basic authentication from the environment, and the operations of automation in the same style', async () => {
    const called = await run('onezone', ['createUserAtmInventory', 'name==i1'], { ...env, ONEZONE_BASIC_AUTH: 'ada:secret' });
    expect(request(called)).toMatchObject({ url: 'https://oz.example/api/v3/onezone/user/atm_inventories', body: '{"name":"i1"}' });
    expect(called.curl).toEqual(expect.arrayContaining(['-u', 'ada:secret']));
    expect((await run('onezone', ['cancelWorkflowExecution', 'wid=w'])).status).toBe(1);
  });

  test('a token beats basic authentication, a user given beats both', async () => {
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

  test('quotes in secrets are escaped for its configuration', () => {
    expect(splitSecrets(['-u', 'a:"b\\', '-X', 'GET'])).toEqual({ open: ['-X', 'GET'], secret: [String.raw`user = "a:\"b\\"`] });
  });
});
