/** A node for tests that end it: prepares one lambda, runs one job that never ends, prints what the job prints. */
import { mkdtemp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createLambdaRuntime } from '@laneway/engine';
import { runJob, taskFor } from './support.ts';

const [parent = '', lambdaDir = '', sandbox = 'off', image = ''] = process.argv.slice(2);
const directory = await mkdtemp(join(parent, 'node-'));
const spaceRoot = join(directory, 'space');
await mkdir(spaceRoot);
const created = await createLambdaRuntime({
  lambdaDirs: [lambdaDir],
  cacheDir: join(directory, 'cache'),
  workDir: join(directory, 'work'),
  sandbox: sandbox === 'off' ? 'off' : 'required',
  loopbackOnly: true,
  concurrency: 1,
  leaseMs: 3_500,
});
if (!created.ok) {
  throw new Error(created.error.description);
}
const prepared = await created.value.prepare(taskFor({ spaceRoot }, image), new AbortController().signal);
if (prepared.kind === 'failed') {
  throw new Error(prepared.reason);
}
await runJob(prepared.handle, [{}], { config: { wait: true }, onOutput: (text) => process.stdout.write(text) });
