// The entry of the store threads. Plain JavaScript, because the compile cache must be on before the first module
// in TypeScript is loaded: a thread does not inherit it, and without it each one strips types anew (time and memory).
import { enableCompileCache } from 'node:module';
import { workerData } from 'node:worker_threads';

if (workerData.compileCacheDir !== null) enableCompileCache(workerData.compileCacheDir);
await import('./store-worker.ts');
