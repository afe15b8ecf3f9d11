/** Initial content of any size, uploaded before the execution is scheduled (extension). */
import type { Socket } from 'node:net';
import { addAbortSignal, Readable } from 'node:stream';
import { notFound } from '../auth/identity.ts';
import type { ServerDeps } from '../deps.ts';
import { need } from '../http/refusal.ts';
import { answered, created, noContent, type Answer, type Call, type Method, type Route } from '../http/route.ts';
import { requireSpace } from './access.ts';

const prefix = '/api/v3/oneprovider';
const path = '/spaces/{sid}/automation/execution/uploads';

export function uploadRoutes(deps: ServerDeps, closing: AbortSignal): Route[] {
  return [
    {
      prefix,
      method: 'POST',
      path,
      operationId: 'upload_store_initial_content',
      summary: 'Upload initial content of a store, of any length: JSON Lines, one item a line, for `storeInitialContentUploads`',
      body: 'stream',
      consumes: ['application/x-ndjson'],
      extension: true,
      handle: async (call) => {
        const { user, space } = await requireScheduler(deps, call, 'POST');
        return await receive(deps, call, { userId: user.account.id, spaceId: space.id }, closing);
      },
    },
    {
      prefix,
      method: 'DELETE',
      path: `${path}/{uid}`,
      operationId: 'remove_store_initial_content_upload',
      summary: 'Remove an upload of your own before it expires',
      body: 'ignored',
      extension: true,
      handle: async (call) => {
        const { user, space } = await requireScheduler(deps, call, 'DELETE');
        const request = { uploadId: call.param('uid'), userId: user.account.id, spaceId: space.id };
        if (!(await deps.extensions.removeUpload(request))) throw notFound();
        return noContent;
      },
    },
  ];
}

/** What is uploaded is meant for scheduling, so the same privilege and the same caveats count. */
async function requireScheduler(deps: ServerDeps, call: Call, method: Method): ReturnType<typeof requireSpace> {
  return await requireSpace(deps, call, {
    spaceId: call.param('sid'),
    privilege: 'space_schedule_atm_workflow_executions',
    method,
    gri: 'op_atm_workflow_execution.null.instance:private',
  });
}

async function receive(
  deps: ServerDeps,
  call: Call,
  owner: { readonly userId: string; readonly spaceId: string },
  closing: AbortSignal,
): Promise<Answer> {
  const body = call.request.body instanceof Readable ? call.request.body : Readable.from([]);
  try {
    // Left open when it is not read to its end, so that the refusal can be answered.
    const pieces = addAbortSignal(closing, body).iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
    const upload = need(await deps.extensions.upload({ ...owner, body: pieces }));
    return created(`${call.baseUrl}${prefix}/spaces/${owner.spaceId}/automation/execution/uploads/${upload.uploadId}`, upload);
  } catch (error) {
    // Nobody is left to be answered, and nothing went wrong here.
    if (body.destroyed && !body.readableEnded) return answered;
    discardRest(body, call.request.raw.socket);
    throw error;
  }
}

/** How long a client may go on sending what was refused, until it has noticed. */
const lingerMs = 10_000;

/** A connection that is closed while the client still sends loses the answer on its way to it. */
function discardRest(body: Readable, socket: Socket): void {
  if (body.readableEnded) return;
  const tooLong = setTimeout(() => socket.destroy(), lingerMs);
  const over = (): void => {
    clearTimeout(tooLong);
    socket.off('close', over);
  };
  socket.once('close', over);
  body.once('end', over);
  body.resume();
}
