#!/usr/bin/env node
import { startOn } from './start.js';

await startOn('onezone-rest-cli', async () => {
  const { guardOutput } = await import('../src/guard-output.ts');
  const { restCli } = await import('../src/rest-cli/main.ts');
  guardOutput('onezone-rest-cli');
  process.exitCode = await restCli('onezone', process.argv.slice(2));
});
