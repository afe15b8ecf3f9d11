/** Reads request bodies whole, up to a limit, unless the route reads its own; what a body means is decided by the route. */
import type { Readable } from 'node:stream';
import { GatheredBytes } from '@laneway/engine';
import { makeError } from '@laneway/model';
import type { FastifyInstance } from 'fastify';
import { Refusal } from './refusal.ts';
import type { BodyKind } from './route.ts';

/** A body that the contract ignores may hold our optional `reason` and nothing else of interest. */
const ignoredBodyLimit = 64 * 1024;

/**
 * A client that is still sending sees a broken connection instead of the refusal. So what is beyond the limit is heard out, without being
 * kept, up to this many limits.
 */
const heardLimits = 8;

export function installBodyParser(app: FastifyInstance, limitBytes: number): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    '*',
    async (request: { readonly routeOptions: { readonly config: unknown }; readonly headers: Headers }, payload: Readable) => {
      const { body } = request.routeOptions.config as { readonly body?: BodyKind };
      if (body === 'stream') return payload;
      if (body === 'ignored' || body === 'none') return await readIgnored(payload);
      if (Number(request.headers['content-length'] ?? 0) > heardLimits * limitBytes) throw tooLarge(limitBytes);
      return await readLimited(payload, limitBytes);
    },
  );
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

function tooLarge(limitBytes: number): Refusal {
  return new Refusal(makeError('limitReached', { limit: limitBytes, resourceDescription: 'bytes of a request body' }), 413);
}

async function readLimited(payload: Readable, limitBytes: number): Promise<Buffer> {
  const bytes = new GatheredBytes();
  let size = 0;
  for await (const chunk of payload as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= limitBytes) bytes.add(chunk);
    else bytes.clear();
    if (size > heardLimits * limitBytes) throw tooLarge(limitBytes);
  }
  if (size > limitBytes) throw tooLarge(limitBytes);
  return bytes.take();
}

/** Any bytes are fine (rest R8); beyond the limit they are discarded as they come. */
async function readIgnored(payload: Readable): Promise<Buffer> {
  const bytes = new GatheredBytes();
  let size = 0;
  for await (const chunk of payload as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= ignoredBodyLimit) bytes.add(chunk);
  }
  return size <= ignoredBodyLimit ? bytes.take() : Buffer.alloc(0);
}
