/**
 * The page of cancelling a workflow execution in the reference of the API, followed to the letter over HTTPS: the request line with curl,
 * the line of the command-line client, 204, and each error that the page lists (rest §5.5, §3, §9). 503 needs an operator who closed the
 * service, which this server does not know (rest §1.2).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApiServer, type Actor, type ApiServer } from '../api/support/api-server.ts';
import { DocumentedClient, problemsOfError, statusOf, tlsFiles, type DocumentedAnswer } from './documented-client.ts';
import { smallWorkflow } from './dumps.ts';
import { cleanUp } from './support.ts';

const url = 'https://$HOST/api/v3/oneprovider/automation/execution/workflows/$WORKFLOW_EXECUTION_ID/cancel';
const lines = {
  curl: `curl -H "X-Auth-Token: $TOKEN" -X POST "${url}"`,
  'oneprovider-rest-cli': 'oneprovider-rest-cli cancelWorkflowExecution wid=$WORKFLOW_EXECUTION_ID',
};

let api: ApiServer;
let client: DocumentedClient;
let host: string;
let owner: Actor;
let stranger: Actor;

beforeAll(async () => {
  const tls = await tlsFiles();
  api = await startApiServer({ cancelGraceMs: 1000, tls });
  client = new DocumentedClient(tls.cert);
  host = new URL(api.server.httpsUrl ?? '').host;
  owner = await api.actor('scheduler', ['view', 'schedule']);
  stranger = await api.actor('stranger', ['view', 'schedule']);
});
afterAll(async () => {
  await api.close();
  await cleanUp();
});

/** Both clients find what they need under the names that their pages use (rest R140). */
const variables = (executionId: string, token: string): Readonly<Record<string, string>> => ({
  HOST: host,
  TOKEN: token,
  WORKFLOW_EXECUTION_ID: executionId,
  ONEPROVIDER_HOST: `https://${host}`,
  ...(token === '' ? {} : { ONEPROVIDER_API_KEY: token }),
});

/** Scheduled by the owner; its only job waits for the test. */
async function running(): Promise<string> {
  const id = await api.schedule(smallWorkflow({ image: 'held' }), { input: [{ n: 1 }] }, { as: owner });
  await api.untilWaiting(id);
  return id;
}

async function paused(): Promise<string> {
  const id = await running();
  await api.send('POST', `/api/v3/oneprovider/automation/execution/workflows/${id}/pause`, { as: owner });
  api.puppets.set(id, 'go');
  await api.untilStatus(id, 'paused');
  return id;
}

async function finished(): Promise<string> {
  const id = await running();
  api.puppets.set(id, 'go');
  await api.untilStatus(id, 'finished');
  return id;
}

describe.each(Object.entries(lines))('%s', (_name, line) => {
  const cancel = async (executionId: string, token = owner.token): Promise<DocumentedAnswer> =>
    await client.run(line, variables(executionId, token));
  const accepted = { exitCode: 0, status: 204, out: '' };

  /** The answer is a complete error of this id, with the status that it has; the client ends with 0 all the same (rest R143). */
  async function expectRefusal(send: () => Promise<DocumentedAnswer>, id: string): Promise<any> {
    const sentAtMs = Date.now();
    const { exitCode, status, out } = await send();
    const body = JSON.parse(out);
    expect(Object.keys(body)).toEqual(['error']);
    expect([exitCode, status, body.error.id]).toEqual([0, statusOf(id), id]);
    expect(problemsOfError(body.error, { host, sentAtMs })).toEqual([]);
    return body.error;
  }

  test('204 without a body: the execution is on its way to cancelled; again while it stops is harmless (rest R84, R85)', async () => {
    const id = await running();
    api.puppets.set(id, 'ignoreStop');
    expect(await cancel(id)).toMatchObject(accepted);
    expect((await api.details(id)).status).toBe('stopping');
    expect(await cancel(id)).toMatchObject(accepted);
    api.puppets.set(id, 'go');
    await api.untilStatus(id, 'cancelled');
  });

  test('204 for one that is suspended, which is cancelled at once (rest §5.5)', async () => {
    const id = await paused();
    expect(await cancel(id)).toMatchObject(accepted);
    expect((await api.details(id)).status).toBe('cancelled');
  });

  test('204 for one that has only been scheduled', async () => {
    const latch = holdPreparing();
    const id = await api.schedule(smallWorkflow({ image: 'held' }), { input: [{ n: 1 }] }, { as: owner });
    await api.untilStatus(id, 'scheduled', 'active');
    expect(await cancel(id)).toMatchObject(accepted);
    latch.open();
    await api.untilStatus(id, 'cancelled');
  });

  test('400 when it is over', async () => {
    const id = await finished();
    await expectRefusal(async () => await cancel(id), 'atmWorkflowExecutionEnded');
    expect((await api.details(id)).status).toBe('finished');
  });

  test('401 without a token, and with one that is none (rest R20, R21)', async () => {
    const id = await running();
    // Of a header without a value curl sends nothing.
    expect((await expectRefusal(async () => await cancel(id, ''), 'unauthorized')).details).toEqual({ authError: null });
    const { authError } = (await expectRefusal(async () => await cancel(id, 'none'), 'unauthorized')).details;
    expect(authError.id).toBe('badToken');
    expect((await api.details(id)).status).toBe('active');
    api.puppets.set(id, 'go');
  });

  test('403 for somebody else without the privilege to manage (rest R96)', async () => {
    const id = await running();
    await expectRefusal(async () => await cancel(id, stranger.token), 'forbidden');
    expect((await api.details(id)).status).toBe('active');
    api.puppets.set(id, 'go');
  });

  test.each(['11a53ed06d175c89bc3ed5be61f8217cch1890', 'odd'])('404 for %s, which is not there (rest R16, R50)', async (id) => {
    await expectRefusal(async () => await cancel(id), 'notFound');
  });

  test('500 when the database fails it: nothing happened, and the next time it works (rest R15)', async () => {
    const id = await running();
    const { version } = (await api.events(id)).at(-1)!;
    api.database.fault = (verb) => (verb === 'saveTransition' ? 'before' : undefined);
    try {
      const { details } = await expectRefusal(async () => await cancel(id), 'internalServerError');
      expect(details.reference).toMatch(/^\S+$/);
    } finally {
      api.database.fault = () => undefined;
    }
    expect((await api.events(id)).at(-1)?.version).toBe(version);
    expect((await api.details(id)).status).toBe('active');
    expect(await cancel(id)).toMatchObject(accepted);
    await api.untilStatus(id, 'cancelled');
  });
});

function holdPreparing(): { open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<undefined>((resolve) => (open = () => resolve(undefined)));
  api.runtime.onPrepare = async () => await opened;
  return {
    open: () => {
      api.runtime.onPrepare = undefined;
      open();
    },
  };
}
