/**
 * Loaded into the server under fuzzing before anything else: after SIGUSR2 it collects the garbage of all its threads and writes what
 * is left into the file of FUZZ_MEMORY_FILE. What is left after that is held by somebody.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread, threadId, BroadcastChannel } from 'node:worker_threads';
import type { ThreadMemory } from './memory.ts';

const file = process.env['FUZZ_MEMORY_FILE'];
const answersMs = 1000;
const channel = new BroadcastChannel('laneway-fuzz-memory');
channel.unref();

function own(): ThreadMemory {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  const { external, arrayBuffers } = process.memoryUsage();
  const { used_heap_size: heap, total_physical_size: committed, malloced_memory: malloced } = getHeapStatistics();
  return { threadId, heap, committed, malloced, external, arrayBuffers };
}

if (isMainThread && file !== undefined) {
  // The processes of lambdas are none of ours.
  delete process.env['NODE_OPTIONS'];
  const heard: ThreadMemory[] = [];
  channel.addEventListener('message', (event) => void heard.push((event as unknown as { readonly data: ThreadMemory }).data));
  process.on('SIGUSR2', () => {
    heard.length = 0;
    channel.postMessage('measure');
    setTimeout(() => {
      writeFileSync(`${file}.new`, JSON.stringify([own(), ...heard]));
      renameSync(`${file}.new`, file);
    }, answersMs).unref();
  });
} else {
  channel.addEventListener('message', (event) => {
    if ((event as unknown as { readonly data: unknown }).data === 'measure') channel.postMessage(own());
  });
}
