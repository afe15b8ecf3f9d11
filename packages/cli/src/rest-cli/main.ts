/**
 * `oneprovider-rest-cli` and `onezone-rest-cli`: the command lines of the reference's clients (rest §9). Requests go through curl,
 * so every option of curl's works. Problems of the command line go to standard output with exit status 1 (R142); otherwise
 * the exit status is curl's (R143).
 */
import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { completionScript } from './completion.ts';
import { curlCall, splitSecrets } from './curl.ts';
import { generalHelp, operationHelp } from './help.ts';
import { operationsOf, type Service } from './operations.ts';
import { parse } from './parse.ts';

const apiVersion = 'v3';

function printed(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** The exit status. */
export async function restCli(
  service: Service,
  args: readonly string[],
  { env = process.env, print = printed, run = runCurl } = {},
): Promise<number> {
  const fail = (problem: string): number => {
    print(`error: ${problem}`);
    return 1;
  };
  const operations = operationsOf(service);
  if (args[0] === '--completion') {
    const shell = args[1] ?? '';
    if (shell !== 'bash' && shell !== 'zsh') return fail('--completion needs bash or zsh');
    print(completionScript(shell, service, operations));
    return 0;
  }
  const parsed = parse(args, operations);
  if (!parsed.ok) return fail(parsed.problem);
  const { request } = parsed;
  const { operation } = request;
  if (request.wants !== undefined) {
    print(request.wants === 'help' ? helpText() : aboutText(request.wants));
    return 0;
  }
  if (operation === undefined) return fail('no operation is given: --help lists them');
  const call = curlCall(service, operation, request, env);
  if (!call.ok) return fail(call.problem);
  if (!request.dryRun) return await run(call.args, fail);
  print(['curl', ...call.args.map(quoted)].join(' '));
  return 0;

  function helpText(): string {
    return operation === undefined ? generalHelp(service, operations) : operationHelp(service, operation);
  }

  function aboutText(wanted: 'version' | 'about'): string {
    if (wanted === 'version') return `${service} API ${apiVersion}`;
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
    return `${service}-rest-cli of Laneway ${version}, for the ${service} API ${apiVersion}`;
  }
}

/** So that the printed command can be pasted into a shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** Tokens and passwords go to curl over a descriptor: its command line can be seen by everybody on the machine. */
async function runCurl(args: readonly string[], fail: (problem: string) => number): Promise<number> {
  const { open, secret } = splitSecrets(args);
  const file = namelessFile(secret.map((line) => `${line}\n`).join(''));
  if (!file.ok) return fail(`the token cannot be handed to curl: ${file.problem}`);
  const config = file.descriptor;
  const child = spawn('curl', ['-K', '/dev/fd/3', ...open], { stdio: ['inherit', 'inherit', 'inherit', config] });
  closeSync(config);
  return await new Promise((resolve) => {
    child.on('error', (error: NodeJS.ErrnoException) => {
      resolve(fail(error.code === 'ENOENT' ? 'curl is not installed: requests go through it' : `curl could not be run: ${error.message}`));
    });
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

type NamelessFile = { readonly ok: true; readonly descriptor: number } | { readonly ok: false; readonly problem: string };

/** A file that only its descriptor leads to; a pipe could not be opened by its name. */
function namelessFile(text: string): NamelessFile {
  let folder: string | undefined;
  try {
    folder = mkdtempSync(join(tmpdir(), 'laneway-curl-'));
    const descriptor = openSync(join(folder, 'config'), 'wx+', 0o600);
    writeSync(descriptor, text);
    return { ok: true, descriptor };
  } catch (error) {
    return { ok: false, problem: error instanceof Error ? error.message : String(error) };
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}
