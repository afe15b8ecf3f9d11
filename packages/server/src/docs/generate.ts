/** Writes docs/reference/rest.md; with `--check` only tells whether it is up to date. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { ServerDeps } from '../deps.ts';
import { allRoutes } from '../routes.ts';
import { docsMarkdown } from './markdown.ts';

const file = new URL('../../../../docs/reference/rest.md', import.meta.url);
// Descriptions of routes do not depend on what serves them, and nothing is served here.
const nothing = { registry: {} } as unknown as ServerDeps;
const text = docsMarkdown(allRoutes(nothing, new AbortController().signal));

if (process.argv.includes('--check')) {
  if (readFileSync(file, 'utf8') !== text) {
    process.stderr.write('docs/reference/rest.md is out of date\n');
    process.exitCode = 1;
  }
} else {
  mkdirSync(new URL('.', file), { recursive: true });
  writeFileSync(file, text);
}
