/**
 * Whether lambdas can be isolated on this machine: found out by running the sandbox once, never assumed (design §7).
 *
 * A root server makes no user namespace (an unmapped uid could not read the space): bwrap keeps only the capabilities that
 * setpriv inside needs to become another uid, and setpriv drops those. Any other server uses a user namespace.
 */
import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { buildCommand } from './command.ts';

export type SandboxMode = 'auto' | 'required' | 'off';

export type Isolation =
  | { readonly kind: 'bwrap'; readonly bwrap: string; readonly setpriv: string | null; readonly asRoot: boolean }
  | { readonly kind: 'none'; readonly setpriv: string | null; readonly reason: string };

export type IsolationDecision =
  | { readonly ok: true; readonly isolation: Isolation; readonly warning: string | null }
  | { readonly ok: false; readonly reason: string };

/** Unprivileged identity where no owner says otherwise. */
export const NOBODY = { uid: 65534, gid: 65534 } as const;

/** `auto` does without a sandbox only while the server listens on loopback. */
export async function decideIsolation(mode: SandboxMode, loopbackOnly: boolean): Promise<IsolationDecision> {
  const setpriv = await findProgram('setpriv');
  if (mode === 'off') {
    return { ok: true, isolation: { kind: 'none', setpriv, reason: 'switched off' }, warning: 'The sandbox is switched off.' };
  }
  const probed = await probe(setpriv);
  if (probed.kind === 'bwrap') {
    return { ok: true, isolation: probed, warning: null };
  }
  if (mode === 'auto' && loopbackOnly) {
    const warning = `Lambdas run without a sandbox, as the user of the server: ${probed.reason}.`;
    return { ok: true, isolation: probed, warning };
  }
  return { ok: false, reason: `Lambdas need a sandbox here, and it does not work: ${probed.reason}.` };
}

async function probe(setpriv: string | null): Promise<Isolation> {
  const bwrap = await findProgram('bwrap');
  if (bwrap === null) {
    return { kind: 'none', setpriv, reason: 'bwrap (package bubblewrap) is not installed' };
  }
  const asRoot = process.getuid?.() === 0;
  if (asRoot && setpriv === null) {
    return { kind: 'none', setpriv, reason: 'setpriv (package util-linux) is not installed, and a root server needs it' };
  }
  const isolation: Isolation = { kind: 'bwrap', bwrap, setpriv, asRoot };
  const command = buildCommand(isolation, {
    program: ['/usr/bin/env', 'true'],
    environment: { PATH: '/usr/bin:/bin' },
    binds: [],
    network: false,
    identity: asRoot ? NOBODY : null,
    workingDirectory: '/',
  });
  const failure = await run(command);
  return failure === null ? isolation : { kind: 'none', setpriv, reason: `a trial run of bwrap failed: ${failure}` };
}

async function run(command: readonly string[]): Promise<string | null> {
  const [program = '', ...args] = command;
  return await new Promise((resolve) => {
    execFile(program, args, { timeout: 10_000 }, (error, _stdout, stderr) => {
      resolve(error === null ? null : stderr.trim() || error.message);
    });
  });
}

/** Absolute path of a program on the server's PATH, with the usual places of root's added. */
export async function findProgram(name: string): Promise<string | null> {
  const directories = [...(process.env['PATH'] ?? '').split(':'), '/usr/bin', '/bin', '/usr/sbin', '/sbin'];
  for (const directory of directories) {
    const path = join(directory, name);
    if (directory.startsWith('/') && (await isExecutable(path))) {
      return path;
    }
  }
  return null;
}

async function isExecutable(path: string): Promise<boolean> {
  return await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
