#!/usr/bin/env node
// The compile cache first: it saves most of the start-up time of running from source.
import { enableCompileCache } from 'node:module';

enableCompileCache();
const { main } = await import('../src/main.ts');
await main(process.argv.slice(2));
