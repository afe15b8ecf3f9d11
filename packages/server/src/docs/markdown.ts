/** docs/reference/rest.md; generated from the routes. */
import type { Route } from '../http/route.ts';

function cell(text: string): string {
  return text.replace(/\|/g, String.raw`\|`);
}

function row(route: Route): string {
  const marks = [route.extension ? 'extension' : '', route.unsupported ? 'answers `notSupported`' : ''].filter((mark) => mark !== '');
  const parameters = (route.parameters ?? []).map((item) => `<br>\`${cell(item.name)}\` (${item.in}): ${cell(item.text)}`).join('');
  const note = marks.length === 0 ? '' : ` (${marks.join(', ')})`;
  return `| ${route.method} | \`${cell(route.path)}\` | ${cell(route.summary)}${note}${parameters} |`;
}

function section(title: string, routes: readonly Route[]): string {
  return [`## ${title}`, '', '| Method | Path | What it does |', '|---|---|---|', ...routes.map(row), ''].join('\n');
}

export function docsMarkdown(routes: readonly Route[]): string {
  return [
    '# REST API',
    '',
    'Generated from the routes (`node packages/server/src/docs/generate.ts`); do not edit.',
    '',
    'Send a token as `X-Auth-Token: …` or `Authorization: Bearer …`. A failure answers `{"error": {"id", "description", "details", "ctx"}}`.',
    '',
    section(
      '`/api/v3/oneprovider`: executions and files',
      routes.filter((route) => route.prefix === '/api/v3/oneprovider'),
    ),
    section(
      '`/api/v3/onezone`: people, spaces, inventories, lambdas, workflow schemas, tokens',
      routes.filter((route) => route.prefix === '/api/v3/onezone'),
    ),
    '## Operation',
    '',
    '`GET /health`, `GET /metrics` (from this machine, or with the metrics token), `GET /docs`, `GET /openapi.json` (this API as an OpenAPI 3.1 document; also [here](openapi.json)).',
    '',
  ].join('\n');
}
