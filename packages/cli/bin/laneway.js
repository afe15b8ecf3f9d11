#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { startOn } from './start.js';

await startOn('laneway', async () => {
  // A small young generation and a heap that grows slowly keep a server of a million items small, at little cost
  // in speed; V8's own --optimize-for-size saves more memory and costs about a quarter of the items per second.
  setFlagsFromString('--max-semi-space-size=1');
  setFlagsFromString('--heap-growing-percent=8');
  const { main } = await import('../src/main.ts');
  await main(process.argv.slice(2));
});
