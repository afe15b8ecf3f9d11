/** From a catalogue entry to the command of its runners: which directories are bound where, which settings they get. */
import { randomUUID } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { CatalogueEntry } from '../catalogue/lambda-catalogue.ts';
import type { Bind, Identity, Launch } from '../sandbox/command.ts';
import type { Isolation } from '../sandbox/isolation.ts';
import { COOKIE_VARIABLE } from '../sandbox/process-table.ts';
import type { TaskToPrepare } from '../runtime.ts';
import type { JobSpace } from './job-space.ts';
import type { PythonInterpreter } from './python-interpreter.ts';
import { ENVIRONMENT_INSIDE } from './virtual-environment.ts';

const LAMBDA_INSIDE = '/laneway/lambda';
const KIT_INSIDE = '/laneway/kit';
const NODE_INSIDE = '/laneway/node';
const DEFAULT_MOUNT_POINT = '/mnt/onedata';
/** The sandbox's own directories: a mount point there would hide them. */
const RESERVED_TOP_DIRECTORIES = new Set([
  '',
  'bin',
  'dev',
  'etc',
  'laneway',
  'lib',
  'lib32',
  'lib64',
  'libx32',
  'out',
  'proc',
  'root',
  'run',
  'sbin',
  'sys',
  'tmp',
  'usr',
]);

export interface RunnerKind {
  readonly entry: CatalogueEntry;
  readonly folder: string;
  readonly task: TaskToPrepare;
  readonly isolation: Isolation;
  readonly identity: Identity | null;
  readonly python: PythonInterpreter | null;
  /** Virtual environment on this machine, null when nothing had to be installed. */
  readonly environmentPath: string | null;
  /** Package directory of the lambda kit. */
  readonly kitDir: string;
  readonly mountPoint: string;
  readonly beatTimeoutMs: number;
  readonly memoryLimitBytes: number | null;
  /** Variables for lambdas that may use the network. */
  readonly networkEnvironment: Readonly<Record<string, string>>;
}

export interface PlannedLaunch {
  readonly launch: Launch;
  readonly cookie: string;
}

/** The lambda's mount point, or null when it cannot be one. */
export function mountPointOf(task: TaskToPrepare): string | null {
  const { operationSpec } = task.lambdaRevision;
  const wanted = operationSpec.engine === 'openfaas' ? operationSpec.dockerExecutionOptions.oneclientMountPoint : '';
  const path = (wanted || DEFAULT_MOUNT_POINT).replace(/\/+$/, '');
  const segments = path.split('/').slice(1);
  const isPlain = path.startsWith('/') && segments.every((segment) => segment !== '' && segment !== '.' && segment !== '..');
  return isPlain && !RESERVED_TOP_DIRECTORIES.has(segments[0] ?? '') ? path : null;
}

/** Name of the space's directory below the mount point (lambdas §10). */
export function spaceDirectoryName(task: TaskToPrepare): string {
  const { name, spaceId } = task.space;
  const isUsable = name !== '' && name !== '.' && name !== '..' && !/[/\0]/.test(name) && Buffer.byteLength(name) < 256;
  return isUsable && !name.startsWith('.__onedata__') ? name : spaceId;
}

/** Where the space lies for the lambda. */
export function spaceInside(kind: Pick<RunnerKind, 'isolation' | 'mountPoint' | 'task'>): string {
  return kind.isolation.kind === 'bwrap' ? join(kind.mountPoint, spaceDirectoryName(kind.task)) : kind.task.space.root;
}

export function isReadonly(task: TaskToPrepare): boolean {
  const { operationSpec } = task.lambdaRevision;
  return task.space.readonly || (operationSpec.engine === 'openfaas' && operationSpec.dockerExecutionOptions.readonly);
}

export function planLaunch(kind: RunnerKind, space: JobSpace): PlannedLaunch {
  const cookie = randomUUID();
  const isSandboxed = kind.isolation.kind === 'bwrap';
  const places = {
    folder: isSandboxed ? LAMBDA_INSIDE : kind.folder,
    kit: isSandboxed ? KIT_INSIDE : kind.kitDir,
    node: isSandboxed ? NODE_INSIDE : process.execPath,
    out: isSandboxed ? '/out' : space.out,
    tmp: isSandboxed ? '/tmp' : space.tmp,
    mount: isSandboxed ? kind.mountPoint : space.mount,
    environment: isSandboxed ? ENVIRONMENT_INSIDE : kind.environmentPath,
  };
  const settings = {
    handler: join(places.folder, kind.entry.entry),
    reuse: kind.entry.reuse,
    beatTimeoutMs: kind.beatTimeoutMs,
    sandboxed: isSandboxed,
    hostPidNamespace: pidNamespace(),
    cookie,
  };
  const program =
    kind.python === null
      ? nodeProgram(places, settings)
      : pythonProgram(places, kind.environmentPath === null ? kind.python.executable : join(places.environment ?? '', 'bin/python'), {
          ...settings,
          standins: join(places.kit, 'python/standins'),
          fallbacks: join(places.kit, 'python/fallbacks'),
          mountPoint: places.mount === DEFAULT_MOUNT_POINT ? null : places.mount,
          memoryLimitBytes: kind.memoryLimitBytes,
        });
  const environment = {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    HOME: places.tmp,
    TMPDIR: places.tmp,
    LANG: 'C.UTF-8',
    ATM_LOG_LEVEL: kind.task.logLevel,
    [COOKIE_VARIABLE]: cookie,
    ...(kind.python === null ? {} : pythonEnvironment(places.kit, places.out)),
    ...(kind.entry.network ? kind.networkEnvironment : {}),
  };
  return {
    cookie,
    launch: {
      program,
      environment,
      binds: isSandboxed ? bindsOf(kind, space) : [],
      network: kind.entry.network,
      identity: kind.identity,
      workingDirectory: places.folder,
    },
  };
}

function nodeProgram(places: { node: string; kit: string; out: string; mount: string }, settings: object): string[] {
  const quiet = ['MODULE_TYPELESS_PACKAGE_JSON', 'ExperimentalWarning'].map((name) => `--disable-warning=${name}`);
  const all = { ...settings, outDirectory: places.out, mountPoint: places.mount };
  return [places.node, ...quiet, join(places.kit, 'src/runner/main.ts'), JSON.stringify(all)];
}

function pythonProgram(_places: { kit: string }, executable: string, settings: object): string[] {
  return [executable, '-m', 'laneway_runner', JSON.stringify(settings)];
}

function pythonEnvironment(kit: string, out: string): Record<string, string> {
  return {
    PYTHONPATH: join(kit, 'python'),
    PYTHONUNBUFFERED: '1',
    PYTHONDONTWRITEBYTECODE: '1',
    LANEWAY_OUT_DIR: out,
  };
}

function bindsOf(kind: RunnerKind, space: JobSpace): Bind[] {
  const readable = (source: string, target: string): Bind => ({ source, target, writable: false });
  const language =
    kind.python === null
      ? [readable(process.execPath, NODE_INSIDE)]
      : [
          ...kind.python.prefixes.map((path) => readable(path, path)),
          ...(kind.environmentPath === null ? [] : [readable(kind.environmentPath, ENVIRONMENT_INSIDE)]),
        ];
  return [
    ...language,
    readable(kind.kitDir, KIT_INSIDE),
    readable(kind.folder, LAMBDA_INSIDE),
    { source: space.out, target: '/out', writable: true },
    { source: space.tmp, target: '/tmp', writable: true },
    readable(space.mount, kind.mountPoint),
    { source: kind.task.space.root, target: spaceInside(kind), writable: !isReadonly(kind.task) },
  ];
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

/** Directory that holds this very package's sibling, the lambda kit, in a checkout and in an installation. */
export function defaultKitDir(): string {
  return join(dirname(dirname(dirname(dirname(import.meta.dirname)))), 'lambda-kit');
}
