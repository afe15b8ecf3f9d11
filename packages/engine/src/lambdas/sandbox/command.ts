/** The command line that runs a program inside the sandbox, or plainly where there is none. */
import { existsSync, lstatSync, readlinkSync } from 'node:fs';
import type { Isolation } from './isolation.ts';

export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

export interface Bind {
  readonly source: string;
  /** Path inside the sandbox. */
  readonly target: string;
  readonly writable: boolean;
}

export interface Launch {
  readonly program: readonly string[];
  /** The whole environment: nothing of the server's is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  readonly binds: readonly Bind[];
  readonly network: boolean;
  /** Whom a root server becomes; null = the server's own user. */
  readonly identity: Identity | null;
  readonly workingDirectory: string;
}

/** Descriptor on which bwrap tells the pid of the sandbox's first process. */
export const INFO_FD = 4;

const KERNEL_SETTINGS = ['sys', 'sysrq-trigger', 'irq', 'bus', 'fs', 'acpi', 'scsi', 'driver', 'mtrr'].map((name) => `/proc/${name}`);
const KERNEL_SECRETS = ['kcore', 'keys', 'key-users', 'kmsg', 'timer_list', 'sched_debug', 'latency_stats'].map((name) => `/proc/${name}`);
const SYSTEM_DIRECTORIES = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'];
const SYSTEM_FILES = ['ld.so.cache', 'ld.so.conf', 'ld.so.conf.d', 'alternatives', 'localtime', 'mime.types', 'magic'];
const NETWORK_FILES = ['resolv.conf', 'hosts', 'nsswitch.conf', 'ssl', 'ca-certificates', 'pki', 'services', 'protocols', 'gai.conf'];

/** Program and arguments; with bwrap the environment is part of them. `infoFd` asks for the pid of the sandbox's pid 1. */
export function buildCommand(isolation: Isolation, launch: Launch, infoFd: number | null = null): readonly string[] {
  switch (isolation.kind) {
    case 'none':
      return [...dieWithParent(isolation.setpriv), ...launch.program];
    case 'bwrap':
      return [
        isolation.bwrap,
        ...namespaces(isolation.asRoot, launch.network),
        '--new-session',
        '--die-with-parent',
        ...(infoFd === null ? [] : ['--info-fd', String(infoFd)]),
        '--clearenv',
        ...Object.entries(launch.environment).flatMap(([name, value]) => ['--setenv', name, value]),
        ...fileSystem(launch, isolation.asRoot),
        '--',
        ...becomeIdentity(isolation, launch.identity),
        ...launch.program,
      ];
  }
}

function namespaces(asRoot: boolean, network: boolean): string[] {
  if (!asRoot) {
    return ['--unshare-all', ...(network ? ['--share-net'] : []), '--cap-drop', 'ALL'];
  }
  const kept = ['CAP_SETUID', 'CAP_SETGID', 'CAP_SETPCAP'].flatMap((capability) => ['--cap-add', capability]);
  const net = network ? [] : ['--unshare-net'];
  return ['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try', ...net, '--cap-drop', 'ALL', ...kept];
}

function fileSystem(launch: Launch, asRoot: boolean): string[] {
  const readable = (paths: readonly string[]): string[] =>
    paths.filter((path) => existsSync(path)).flatMap((path) => ['--ro-bind', path, path]);
  return [
    ...readable(['/usr']),
    ...parents('/etc/x'),
    ...SYSTEM_DIRECTORIES.flatMap(systemDirectory),
    ...readable(SYSTEM_FILES.map((name) => `/etc/${name}`)),
    ...(launch.network ? readable(NETWORK_FILES.map((name) => `/etc/${name}`)) : []),
    '--proc',
    '/proc',
    '--dev',
    '/dev',
    ...(asRoot ? hideKernelSettings() : []),
    ...launch.binds.flatMap(({ source, target, writable }) => [...parents(target), writable ? '--bind' : '--ro-bind', source, target]),
    '--chdir',
    launch.workingDirectory,
    // The root is a fresh tmpfs; without this uid 0 could fill memory through it.
    '--remount-ro',
    '/',
  ];
}

/**
 * Without a user namespace uid 0 is the machine's own root to the kernel, capabilities or not: it could write
 * /proc/sys/kernel/core_pattern. What is read-only here also keeps the kernel from letting anybody mount a fresh /proc.
 */
function hideKernelSettings(): string[] {
  const readonly = KERNEL_SETTINGS.filter((path) => existsSync(path)).flatMap((path) => ['--ro-bind', path, path]);
  const hidden = KERNEL_SECRETS.filter((path) => existsSync(path)).flatMap((path) => ['--ro-bind', '/dev/null', path]);
  return [...readonly, ...hidden];
}

/** Directories above a target, passable for everybody: those that bwrap makes by itself only uid 0 may pass. */
function parents(target: string): string[] {
  const segments = target.split('/').slice(1, -1);
  return segments
    .map((_, index) => `/${segments.slice(0, index + 1).join('/')}`)
    .filter((path) => path !== '/usr' && !path.startsWith('/usr/'))
    .flatMap((path) => ['--perms', '0755', '--dir', path]);
}

/** On merged systems `/bin` and friends are links into /usr, elsewhere directories of their own. */
function systemDirectory(path: string): string[] {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) {
    return [];
  }
  return stats.isSymbolicLink() ? ['--symlink', readlinkSync(path), path] : ['--ro-bind', path, path];
}

function becomeIdentity(isolation: Extract<Isolation, { kind: 'bwrap' }>, identity: Identity | null): string[] {
  if (isolation.setpriv === null) {
    return [];
  }
  const ids = identity === null ? [] : ['--reuid', String(identity.uid), '--regid', String(identity.gid), '--clear-groups'];
  const capabilities = isolation.asRoot ? ['--bounding-set=-all', '--inh-caps=-all', '--ambient-caps=-all'] : [];
  return [isolation.setpriv, ...ids, ...capabilities, '--no-new-privs', '--pdeathsig', 'KILL'];
}

/** Without a namespace the runner itself must end what it started: a signal that it can act on. */
function dieWithParent(setpriv: string | null): string[] {
  return setpriv === null ? [] : [setpriv, '--pdeathsig', 'TERM'];
}
