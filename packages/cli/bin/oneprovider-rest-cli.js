#!/usr/bin/env node
import { startOn } from './start.js';

await startOn('oneprovider-rest-cli', async () => {
  const { guardOutput } = await import('../src/guard-output.ts');
  const { restCli } = await import('../src/rest-cli/main.ts');
  guardOutput('oneprovider-rest-cli');
  process.exitCode = await restCli('oneprovider', process.argv.slice(2));
});
