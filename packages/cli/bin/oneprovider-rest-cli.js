#!/usr/bin/env node
import { startOn } from './start.js';

await startOn('oneprovider-rest-cli', async () => {
  const { restCli } = await import('../src/rest-cli/main.ts');
  process.exitCode = await restCli('oneprovider', process.argv.slice(2));
});
