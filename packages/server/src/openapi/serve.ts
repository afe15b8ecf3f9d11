/** `GET /openapi.json`: the document of this server, for everybody; clients ask again only with its tag. */
import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { registerPage } from '../http/register-routes.ts';
import type { Route } from '../http/route.ts';
import { openApiDocument } from './document.ts';

export function serveOpenApi(app: FastifyInstance, routes: readonly Route[], version: string): void {
  // Made when it is first asked for.
  let made: { readonly text: string; readonly tag: string } | null = null;
  registerPage(app, '/openapi.json', async (request, reply) => {
    made ??= makeText(routes, version);
    reply.header('etag', made.tag).header('cache-control', 'public, max-age=300');
    if (tagsOf(request.headers['if-none-match']).includes(made.tag)) return await reply.code(304).send();
    return await reply.type('application/json').send(made.text);
  });
}

function makeText(routes: readonly Route[], version: string): { readonly text: string; readonly tag: string } {
  const text = JSON.stringify(openApiDocument(routes, version));
  return { text, tag: `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"` };
}

function tagsOf(header: string | undefined): readonly string[] {
  return (header ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
}
