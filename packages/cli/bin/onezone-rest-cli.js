#!/usr/bin/env node
import { startOn } from './start.js';

await startOn('onezone-rest-cli', async () => {
  const { restCli } = await import('../src/rest-cli/main.ts');
  process.exitCode = await restCli('onezone', process.argv.slice(2));
});
