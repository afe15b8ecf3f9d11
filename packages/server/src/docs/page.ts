/** The API reference as one self-contained page; generated from the routes. */
import type { Route } from '../http/route.ts';

const style = `body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:64rem;padding:0 1rem;color:#1c2430;background:#fff}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}table{border-collapse:collapse;width:100%}
td,th{text-align:left;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid #d9dee5}code{font:14px/1.4 ui-monospace,monospace;overflow-wrap:anywhere}
.method{font-weight:600}.note{color:#5a6675}@media(prefers-color-scheme:dark){body{color:#dfe5ee;background:#12161c}td,th{border-color:#2b3440}.note{color:#94a1b2}}`;

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A text with names of the API between backticks. */
function textHtml(text: string): string {
  return escapeHtml(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}

/** Where it does not fit it is broken before a part, not within a word. */
function pathHtml(path: string): string {
  return escapeHtml(path).replaceAll('/', '<wbr>/');
}

function row(route: Route): string {
  const marks = [route.extension ? 'extension' : '', route.unsupported ? 'not supported yet' : ''].filter((mark) => mark !== '');
  const parameters = (route.parameters ?? []).map((item) => `<br><code>${escapeHtml(item.name)}</code> ${textHtml(item.text)}`).join('');
  const note = marks.length === 0 ? '' : ` <span class="note">(${marks.join(', ')})</span>`;
  return `<tr><td class="method">${route.method}</td><td><code>${pathHtml(route.prefix + route.path)}</code></td><td>${textHtml(route.summary)}${note}${parameters}</td></tr>`;
}

function section(title: string, routes: readonly Route[]): string {
  return `<h2>${title}</h2><table><thead><tr><th>Method</th><th>Path</th><th>What it does</th></tr></thead><tbody>${routes.map(row).join('\n')}</tbody></table>`;
}

export function docsPage(routes: readonly Route[]): string {
  const oneprovider = routes.filter((route) => route.prefix === '/api/v3/oneprovider');
  const onezone = routes.filter((route) => route.prefix === '/api/v3/onezone');
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Laneway API</title><style>${style}</style></head><body>
<h1>Laneway API</h1>
<p>Send your token as <code>X-Auth-Token: …</code> or <code>Authorization: Bearer …</code>. Bodies and answers are JSON; a failure answers <code>{"error": {"id", "description", "details", "ctx"}}</code>.</p>
${section('Executions and files', oneprovider)}
${section('Users, spaces, inventories, lambdas, workflow schemas, tokens', onezone)}
<h2>Operation</h2><table><tbody><tr><td class="method">GET</td><td><code>/health</code></td><td>Whether the server answers</td></tr><tr><td class="method">GET</td><td><a href="/openapi.json"><code>/openapi.json</code></a></td><td>This API as an OpenAPI 3.1 document, with the schemas of bodies and answers</td></tr><tr><td class="method">GET</td><td><code>/metrics</code></td><td>Prometheus metrics; from this machine, or with the metrics token</td></tr></tbody></table>
</body></html>
`;
}
