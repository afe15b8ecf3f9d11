/**
 * Runs the tests. A file whose process died of a signal runs once more: Node 24 now and then ends a process that makes and ends worker
 * threads by a failed check of its own (V8's registry of compiled code, nodejs/node issue 64500). A test that fails is never repeated.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { againVariable, crashedFile, resultsFile, type TestResult } from './rules/results.ts';

const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));

/** Signals are passed on; Ctrl-C reaches the child by itself. */
async function run(args: readonly string[], variables: NodeJS.ProcessEnv = {}): Promise<number> {
  rmSync(crashedFile, { force: true });
  const child = spawn(process.execPath, [vitest, 'run', ...args], { stdio: 'inherit', env: { ...process.env, ...variables } });
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  return await new Promise((resolve) => child.on('exit', (code) => resolve(code ?? 1)));
}

function read(file: string): unknown {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
}

const status = await run(process.argv.slice(2));
const crashed = read(crashedFile) as readonly string[];
if (status === 0 || crashed.length === 0) {
  process.exitCode = status;
} else {
  process.stdout.write(`the process of these files was ended by a signal, they run once more:\n${crashed.join('\n')}\n`);
  const again = await run(crashed, { [againVariable]: '1' });
  const hasFailed = (read(resultsFile) as readonly TestResult[]).some(({ state }) => state === 'failed');
  process.exitCode = again === 0 && !hasFailed ? 0 : 1;
}
