/** What the tests hold Laneway against: real workflow dumps, and the operations and errors of the API that it speaks. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = new URL('../reference/', import.meta.url);

export const referenceWorkflows = fileURLToPath(new URL('workflows/', folder));

export function readReference(name: 'errors.json' | 'openapi.json' | 'operation-ids.json' | `workflows/${string}.json`): unknown {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
}
