/**
 * `npm start` and `npm test` from a fresh checkout: installs what is missing, then runs the command on the pinned Node.
 * Plain JavaScript without dependencies, because it runs before anything is installed and on any Node >= 20.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installDependencies } from './bootstrap/dependencies.js';
import { chooseNode } from './bootstrap/node.js';
import { provideForTests } from './bootstrap/test-needs.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The arguments of Node for each npm script. */
const commands = {
  start: (args) => [join(root, 'packages/cli/bin/laneway.js'), 'serve', ...args],
  test: (args) => [join(root, 'scripts/run-tests.ts'), ...args],
};

function fail(message) {
  process.stderr.write(`laneway: ${message}\n`);
  process.exit(1);
}

/** Runs to the end with our terminal; the child decides what Ctrl-C means, other signals are passed on. */
function run(node, args) {
  const path = [join(root, 'node_modules/.bin'), process.env.PATH].filter(Boolean).join(delimiter);
  // Of the C library, which otherwise keeps what each thread has given back for that thread alone (docs/scaling.md).
  const memory = { MALLOC_ARENA_MAX: process.env.MALLOC_ARENA_MAX ?? '2' };
  const child = spawn(node, args, { stdio: 'inherit', env: { ...process.env, ...memory, PATH: path } });
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`cannot run ${node}: ${error.message}`));
  child.on('exit', (code, signal) => process.exit(signal === null ? code : 128 + constants.signals[signal]));
}

const [command, ...args] = process.argv.slice(2);
const makeArguments = Object.hasOwn(commands, command ?? '') ? commands[command] : undefined;
if (makeArguments === undefined) fail(`bootstrap knows ${Object.keys(commands).join(' and ')}, not "${command ?? ''}"`);
if (!existsSync(join(root, 'package-lock.json'))) fail('package-lock.json is missing: run this inside the checkout');
try {
  installDependencies(root);
  const node = chooseNode(root);
  if (command === 'test') provideForTests(root);
  run(node, makeArguments(args));
} catch (error) {
  fail(error.message);
}
