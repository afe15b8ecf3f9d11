import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { dataDirectory, findServer, findToken, withConnection, type ConnectionOptions } from '../connection.ts';
import { LanewayClient, UnreachableError } from '@laneway/client';
import { effectiveSettings } from '../server-module.ts';
import { printJson, printLine, printTable, type Terminal } from '../terminal.ts';

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly found: string;
  /** What is lost, and what to do. */
  readonly advice: string;
}

export function addDoctor(program: Command, terminal: Terminal): void {
  const doctor = program
    .command('doctor')
    .description('check what this machine offers, and show the settings that a server would have')
    .option('--json', 'print JSON');
  withConnection(doctor).action(async (options: ConnectionOptions & { json?: boolean }) => {
    const checks = [
      nodeCheck(),
      pythonCheck(),
      sandboxCheck(),
      cgroupCheck(),
      await serverCheck(options, terminal),
      ...(await lambdaChecks(options, terminal)),
    ];
    const given = options.dataDir === undefined ? {} : { dataDir: options.dataDir };
    const settings = await effectiveSettings(given, terminal.env);
    if (options.json === true) printJson(terminal, { settings, checks });
    else {
      printTable(terminal, ['setting', 'value'], Object.entries(settings));
      printTable(
        terminal,
        ['', 'check', 'found'],
        checks.map((check) => [check.ok ? 'ok' : '!!', check.name, check.found]),
      );
      for (const check of checks) if (!check.ok) printLine(terminal, `${check.name}: ${check.advice}`);
    }
    if (checks.some((check) => !check.ok && check.name === 'node')) process.exitCode = 1;
  });
}

function nodeCheck(): Check {
  const ok = Number(process.versions.node.split('.')[0]) >= 24;
  return { name: 'node', ok, found: process.version, advice: 'Laneway needs Node 24 or newer' };
}

function pythonCheck(): Check {
  const script = 'import sys, venv, ensurepip; print(sys.version.split()[0], sys.executable)';
  const result = spawnSync('python3', ['-c', script], { encoding: 'utf8' });
  const ok = result.status === 0;
  const advice = 'lambdas in Python cannot run: install python3 with venv (apt-get install -y python3 python3-venv)';
  return { name: 'python', ok, found: ok ? result.stdout.trim() : 'missing, or without venv', advice };
}

/** Runs it: being installed does not mean being allowed. */
function sandboxCheck(): Check {
  const bind = ['--ro-bind', '/', '/', '--unshare-pid', '--unshare-net', '--die-with-parent'];
  const result = spawnSync('bwrap', [...bind, process.execPath, '--version'], { encoding: 'utf8' });
  const ok = result.status === 0;
  const reason = result.error === undefined ? result.stderr.trim().split('\n')[0] : 'bubblewrap is not installed';
  const advice =
    'lambdas run without isolation on loopback, and not at all elsewhere: apt-get install -y bubblewrap, or allow user namespaces';
  return { name: 'sandbox', ok, found: ok ? 'bubblewrap works' : (reason ?? 'bubblewrap fails'), advice };
}

function cgroupCheck(): Check {
  const there = existsSync('/sys/fs/cgroup/cgroup.controllers');
  return { name: 'cgroups', ok: true, found: there ? 'version 2' : 'not available: limits are watched per process tree', advice: '' };
}

async function serverCheck(options: ConnectionOptions, terminal: Terminal): Promise<Check> {
  const server = findServer(options, terminal.env);
  const advice = 'start one with "laneway serve", or name another with --server';
  if (server === undefined) return { name: 'server', ok: false, found: `none runs on ${dataDirectory(options, terminal.env)}`, advice };
  try {
    const health = await new LanewayClient({ server, token: findToken(options, terminal.env) }).health();
    return { name: 'server', ok: true, found: `${server} ${JSON.stringify(health)}`, advice };
  } catch (error) {
    return { name: 'server', ok: false, found: (error as Error).message, advice };
  }
}

/** What the running server says of its lambdas; nothing when there is none to ask (the check of the server says so). */
async function lambdaChecks(options: ConnectionOptions, terminal: Terminal): Promise<Check[]> {
  const server = findServer(options, terminal.env);
  if (server === undefined) return [];
  try {
    const { lambdas, report } = await new LanewayClient({ server, token: findToken(options, terminal.env) }).lambdas.catalogue();
    const names = lambdas.map((lambda) => lambda.name).join(', ');
    const check = (name: string, found: string): Check => ({ name, ok: true, found, advice: '' });
    if (report === undefined) return [check('lambdas', names)];
    return [
      check('lambdas', names),
      check('server sandbox', `${report.sandbox.kind}: ${report.sandbox.detail}`),
      check('server limits', report.limits),
      check('server python', report.python),
      check('server node', report.node),
    ];
  } catch (error) {
    if (error instanceof UnreachableError) return [];
    const advice = 'give a token of the server with --token or LANEWAY_TOKEN';
    return [{ name: 'lambdas', ok: false, found: (error as Error).message, advice }];
  }
}
