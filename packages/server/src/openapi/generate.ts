/** Writes docs/reference/openapi.json; with `--check` only tells whether it is up to date. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { ServerDeps } from '../deps.ts';
import { allRoutes } from '../routes.ts';
import { version } from '../version.ts';
import { openApiDocument } from './document.ts';

const file = new URL('../../../../docs/reference/openapi.json', import.meta.url);
// As in docs/generate.ts: nothing is served here.
const nothing = { registry: {} } as unknown as ServerDeps;
const text = `${JSON.stringify(openApiDocument(allRoutes(nothing, new AbortController().signal), version), null, 1)}\n`;

if (!process.argv.includes('--check')) {
  writeFileSync(file, text);
} else if (readFileSync(file, 'utf8') !== text) {
  process.stderr.write('docs/reference/openapi.json is out of date\n');
  process.exitCode = 1;
}
