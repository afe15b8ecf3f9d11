/** Reads request bodies whole, up to a limit, unless the route reads its own; what a body means is decided by the route. */
import type { Readable } from 'node:stream';
import { GatheredBytes } from '@laneway/engine';
import { makeError } from '@laneway/model';
import type { FastifyInstance } from 'fastify';
import type { HttpSettings } from '../deps.ts';
import { Refusal } from './refusal.ts';
import type { BodyKind } from './route.ts';
import { longestBodyMs } from './slow-clients.ts';

/** A body that the contract ignores may hold our optional `reason` and nothing else of interest. */
const ignoredBodyLimit = 64 * 1024;

/**
 * A client that is still sending sees a broken connection instead of the refusal. So what is beyond the limit is heard out, without being
 * kept, up to this many limits.
 */
const heardLimits = 8;

type Limits = Pick<HttpSettings, 'bodyLimitBytes' | 'slowClientMs'>;

export function installBodyParser(app: FastifyInstance, { bodyLimitBytes: limitBytes, slowClientMs }: Limits): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    '*',
    async (request: { readonly routeOptions: { readonly config: unknown }; readonly headers: Headers }, payload: Readable) => {
      const { body } = request.routeOptions.config as { readonly body?: BodyKind };
      if (body === 'stream') return payload;
      if (body === 'ignored' || body === 'none') return await readIgnored(inTime(payload, slowClientMs));
      if (Number(request.headers['content-length'] ?? 0) > heardLimits * limitBytes) throw tooLarge(limitBytes);
      return await readLimited(inTime(payload, slowClientMs), limitBytes);
    },
  );
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

function tooLarge(limitBytes: number): Refusal {
  return new Refusal(makeError('limitReached', { limit: limitBytes, resourceDescription: 'bytes of a request body' }), 413);
}

/** The pieces of the body; refuses when they come too slowly. When none comes at all the connection ends by itself. */
async function* inTime(payload: Readable, slowClientMs: number): AsyncIterable<Buffer> {
  const startedAt = performance.now();
  let size = 0;
  for await (const piece of payload as AsyncIterable<Buffer>) {
    size += piece.length;
    if (performance.now() - startedAt > longestBodyMs(size, slowClientMs)) throw new Refusal(makeError('timeout'), 408);
    yield piece;
  }
}

async function readLimited(payload: AsyncIterable<Buffer>, limitBytes: number): Promise<Buffer> {
  const bytes = new GatheredBytes();
  let size = 0;
  for await (const chunk of payload) {
    size += chunk.length;
    if (size <= limitBytes) bytes.add(chunk);
    else bytes.clear();
    if (size > heardLimits * limitBytes) throw tooLarge(limitBytes);
  }
  if (size > limitBytes) throw tooLarge(limitBytes);
  return bytes.take();
}

/** Any bytes are fine (rest R8); beyond the limit they are discarded as they come. */
async function readIgnored(payload: AsyncIterable<Buffer>): Promise<Buffer> {
  const bytes = new GatheredBytes();
  let size = 0;
  for await (const chunk of payload) {
    size += chunk.length;
    if (size <= ignoredBodyLimit) bytes.add(chunk);
  }
  return size <= ignoredBodyLimit ? bytes.take() : Buffer.alloc(0);
}
