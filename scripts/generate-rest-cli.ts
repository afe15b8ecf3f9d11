/** Writes the operations of `oneprovider-rest-cli` and `onezone-rest-cli` from the routes; `--check` fails when they are out of date. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Operation } from '../packages/cli/src/rest-cli/operations.ts';
import type { ServerDeps } from '../packages/server/src/deps.ts';
import { allRoutes } from '../packages/server/src/routes.ts';
import type { Route } from '../packages/server/src/http/route.ts';

const file = new URL('../packages/cli/src/rest-cli/operations.json', import.meta.url);

function operationOf({ operationId, prefix, method, path, summary, body, parameters }: Route): Operation {
  return {
    name: operationId.replaceAll(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase()),
    service: prefix === '/api/v3/onezone' ? 'onezone' : 'oneprovider',
    method,
    path: prefix + path,
    summary,
    takesJson: body === 'json' && method !== 'GET',
    parameters: (parameters ?? []).flatMap((parameter) => parameter.name.split(', ').map((name) => ({ ...parameter, name }))),
  };
}

// Descriptions of routes do not depend on what serves them, and nothing is served here.
const nothing = { registry: {} } as unknown as ServerDeps;
const offered = allRoutes(nothing, new AbortController().signal).filter((route) => route.unsupported !== true && route.prefix !== '');
const text = `[\n${offered.map((route) => `  ${JSON.stringify(operationOf(route))}`).join(',\n')}\n]\n`;

if (process.argv.includes('--check')) {
  if (readFileSync(file, 'utf8') !== text) {
    process.stderr.write('packages/cli/src/rest-cli/operations.json is out of date\n');
    process.exitCode = 1;
  }
} else {
  writeFileSync(file, text);
}
