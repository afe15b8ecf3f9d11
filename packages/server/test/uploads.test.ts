/** Large initial content and dumps over real connections, on both databases: what breaks off is never taken for the whole. */
import { once } from 'node:events';
import { createConnection, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds, type DatabaseKind } from '../../../test/support/databases.ts';
import { contentRows } from '../../engine/test/content-verbs.ts';
import { realWorld, type RealWorld } from './support/real-world.ts';
import { keepAnswer } from './support/seen.ts';
import type { Person } from './support/world.ts';

const stores = '/api/v3/oneprovider/automation/execution/stores';
const ndjson = 'application/x-ndjson';

function withContentVerbs(kind: DatabaseKind): DatabaseKind {
  const url = new URL('../../engine/test/content-verbs.ts', import.meta.url).href;
  return { name: kind.name, open: async (purpose, modules = []) => await kind.open(purpose, [url, ...modules]) };
}

describe.each(databaseKinds)('over HTTP on $name', (kind) => {
  let real: RealWorld;
  let owner: Person;
  let address: string;
  let uploads: string;
  beforeAll(async () => {
    real = await realWorld(withContentVerbs(kind));
    owner = real.world.admin;
    await real.world.app.listen({ host: '127.0.0.1', port: 0 });
    address = `http://127.0.0.1:${(real.world.app.server.address() as AddressInfo).port}`;
    uploads = `/api/v3/oneprovider/spaces/${real.spaceId}/automation/execution/uploads`;
  });
  afterAll(async () => await real.close());

  interface Answer {
    readonly status: number;
    readonly headers: Headers;
    readonly body: any;
  }

  const post = async (
    body: NonNullable<RequestInit['body']> | null,
    as: Person | null = owner,
    headers: Record<string, string> = { 'content-type': ndjson },
  ) => {
    const credentials = as === null ? {} : { 'x-auth-token': as.token };
    const response = await fetch(address + uploads, {
      method: 'POST',
      headers: { ...credentials, ...headers },
      body,
      duplex: 'half',
    });
    const text = await response.text();
    const parsed = text === '' ? undefined : JSON.parse(text);
    keepAnswer({ method: 'POST', url: uploads }, response.status, parsed?.error?.id);
    return { status: response.status, headers: response.headers, body: parsed } as Answer;
  };
  const items = (count: number): string => Array.from({ length: count }, (_, index) => `{"n":${index}}\n`).join('');
  /** With lambdas that wait: what is looked at here is in the stores at once. */
  const scheduled = async (uploadId: string): Promise<string> => {
    const answer = await real.schedule(owner, 'hang', { storeInitialContentUploads: { input: uploadId } });
    expect([answer.status, answer.error]).toEqual([201, undefined]);
    return answer.body.atmWorkflowExecutionId as string;
  };
  const cancel = async (executionId: string): Promise<void> => {
    await real.engine.executions.cancel({ executionId, actor: owner.id, note: null });
    await real.atStatus(executionId, 'cancelled');
  };
  const storeOf = async (executionId: string, schemaId: string): Promise<string> =>
    (await real.engine.executions.view(executionId))?.execution.storeRegistry[schemaId] ?? '';
  const rows = async () => await real.database.call(contentRows, null);
  const eventually = async (holds: () => Promise<boolean>): Promise<void> => {
    const deadline = performance.now() + 10_000;
    while (!(await holds())) {
      if (performance.now() > deadline) throw new Error('it did not get there');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };

  describe('an upload', () => {
    it('may be longer than any other body, becomes the content of a store, and comes out again as it went in', async () => {
      const text = items(100_000);
      const answer = await post(text);
      expect([answer.status, answer.body]).toEqual([201, { uploadId: expect.any(String), itemCount: 100_000, bytes: text.length }]);
      expect(text.length).toBeGreaterThan(real.world.deps.settings.bodyLimitBytes);
      expect(answer.headers.get('location')).toBe(`${address}${uploads}/${answer.body.uploadId}`);
      const executionId = await scheduled(answer.body.uploadId);
      const storeId = await storeOf(executionId, 'input');
      const dumped = await fetch(`${address}${stores}/${storeId}/export`, { headers: { 'x-auth-token': owner.token } });
      expect([dumped.status, dumped.headers.get('content-type')]).toEqual([200, ndjson]);
      expect(dumped.headers.get('content-disposition')).toMatch(
        new RegExp(String.raw`^attachment; filename="${executionId.slice(0, 12)}\.list\.input\.\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d\.jsonl"$`),
      );
      const lines = (await dumped.text()).split('\n');
      expect([lines.length, lines[0], lines[99_999], lines[100_000]]).toEqual([
        100_001,
        '{"index":"0","value":{"n":0}}',
        '{"index":"99999","value":{"n":99999}}',
        '',
      ]);
      const csv = await fetch(`${address}${stores}/${storeId}/export?format=csv`, { headers: { 'x-auth-token': owner.token } });
      expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
      expect((await csv.text()).slice(0, 40)).toBe('index,value,error\r\n0,"{""n"":0}",\r\n1,"{"');
      await cancel(executionId);
    });

    it('is refused with the line, also while the client still sends, and nothing is left of it', async () => {
      const before = await rows();
      let sent = 0;
      const endless = new ReadableStream({
        pull: (controller) => {
          controller.enqueue(Buffer.from(sent === 70 ? '{"n": oops}\n' : items(1000)));
          sent += 1;
        },
      });
      const { status, body } = await post(endless);
      expect([status, body.error.id, body.error.details]).toEqual([
        400,
        'badData',
        { key: 'body', hint: 'line 70001: it is not valid JSON (character 7)' },
      ]);
      expect(await rows()).toEqual(before);
      // The server goes on answering.
      expect((await post('1\n')).status).toBe(201);
    });

    it('that breaks off leaves nothing behind', async () => {
      const before = await rows();
      const { port } = real.world.app.server.address() as AddressInfo;
      const socket = createConnection(port, '127.0.0.1');
      await once(socket, 'connect');
      const head = `POST ${uploads} HTTP/1.1\r\nhost: x\r\nx-auth-token: ${owner.token}\r\ncontent-type: ${ndjson}\r\ncontent-length: 9999999\r\n\r\n`;
      real.database.calls.clear();
      socket.write(head + items(60_000));
      await eventually(async () => await Promise.resolve((real.database.calls.get('extendUpload') ?? 0) > 0));
      expect((await rows())['upload']).toBe((before['upload'] ?? 0) + 1);
      socket.destroy();
      await eventually(async () => JSON.stringify(await rows()) === JSON.stringify(before));
    });

    it('says that it is JSON Lines, not compressed', async () => {
      for (const headers of [
        { 'content-type': 'application/json' },
        { 'content-type': 'text/plain' },
        { 'content-type': ndjson, 'content-encoding': 'gzip' },
      ]) {
        const { status, body } = await post('1\n', owner, headers);
        expect([status, body.error.id]).toEqual([415, 'notSupported']);
      }
      expect((await post('1\n', owner, { 'content-type': `${ndjson}; charset=utf-8` })).status).toBe(201);
      expect((await post(null)).body).toMatchObject({ itemCount: 0, bytes: 0 });
    });

    it('needs the right to schedule in the space, before anything is read (rest §5.1)', async () => {
      const stranger = await real.world.person('Stranger');
      expect((await post('oops', null)).status).toBe(401);
      expect((await post('oops', stranger)).body.error.id).toBe('forbidden');
      await real.world.joinSpace(real.spaceId, stranger, ['space_view', 'space_view_atm_workflow_executions']);
      expect((await post('oops', stranger)).body.error.id).toBe('forbidden');
      const api = (gri: string) => [{ type: 'api', whitelist: [gri] }];
      const scheduler = await real.world.confined(owner, api('opw/create/op_atm_workflow_execution.null.instance:private'));
      expect((await post('1', scheduler)).status).toBe(201);
      const viewer = await real.world.confined(owner, api('opw/get/op_atm_workflow_execution.*'));
      expect((await post('1', viewer)).body.error.details.authError.id).toBe('tokenCaveatUnverified');
    });

    it('is its owner’s to use and to remove', async () => {
      const { body } = await post('{}\n');
      const colleague = await real.world.person('Colleague');
      await real.world.joinSpace(real.spaceId, colleague);
      await real.world.joinInventory(real.inventoryId, colleague);
      const use = async (as: Person) => await real.schedule(as, 'echo', { storeInitialContentUploads: { input: body.uploadId } });
      const remove = async (as: Person | null) => await real.world.send('DELETE', `${uploads}/${body.uploadId}`, as);
      const unknown = ['badValueIdNotFound', 'storeInitialContentUploads.input'];
      const refused = await use(colleague);
      expect([refused.error, refused.body.error.details.key]).toEqual(unknown);
      expect([(await remove(null)).status, (await remove(colleague)).error]).toEqual([401, 'notFound']);
      const executionId = await scheduled(body.uploadId);
      expect((await remove(owner)).status).toBe(204);
      expect((await remove(owner)).error).toBe('notFound');
      const late = await use(owner);
      expect([late.error, late.body.error.details.key]).toEqual(unknown);
      await cancel(executionId);
    });

    it.each([
      [['x'], 'badValueJSON', 'storeInitialContentUploads'],
      [{ input: 5 }, 'badValueString', 'storeInitialContentUploads.input'],
      [{ input: '' }, 'badValueEmpty', 'storeInitialContentUploads.input'],
    ])('that is named wrongly is refused: %j', async (storeInitialContentUploads, id, key) => {
      const answer = await real.schedule(owner, 'echo', { storeInitialContentUploads });
      expect([answer.status, answer.error, answer.body.error.details.key]).toEqual([400, id, key]);
    });

    it('is used once by a request that is sent twice with the same key (I10)', async () => {
      const { body } = await post(items(300));
      const send = async () =>
        await real.schedule(owner, 'echo', { storeInitialContentUploads: { input: body.uploadId } }, { 'idempotency-key': body.uploadId });
      const answers = await Promise.all([send(), send()]);
      expect(answers.map((answer) => answer.status)).toEqual([201, 201]);
      const [one, other] = answers.map((answer) => answer.body.atmWorkflowExecutionId as string);
      expect(one).toBe(other);
      await real.atStatus(one!, 'finished');
      // The copy that was made for the loser is gone with it.
      expect((await rows())['timer']).toBe((await rows())['upload']);
    });
  });

  describe('a dump', () => {
    let storeId: string;
    beforeAll(async () => {
      const { body } = await post(Array.from({ length: 4000 }, (_, index) => `{"n":"${'x'.repeat(5000)}${index}"}\n`).join(''));
      const executionId = await scheduled(body.uploadId);
      await cancel(executionId);
      storeId = await storeOf(executionId, 'input');
    });
    const download = async (signal?: AbortSignal) =>
      await fetch(`${address}${stores}/${storeId}/export`, {
        headers: { 'x-auth-token': owner.token },
        ...(signal === undefined ? {} : { signal }),
      });

    it('that fails half-way breaks its connection off instead of ending', async () => {
      let parts = 0;
      real.database.fault = (verb) => (verb === 'readStorePart' && (parts += 1) > 3 ? 'before' : undefined);
      const response = await download();
      expect(response.status).toBe(200);
      await expect(response.text()).rejects.toThrow('terminated');
      real.database.fault = () => undefined;
    });

    it('that cannot begin is answered as an error', async () => {
      real.database.fault = (verb) => (verb === 'readStoreBounds' || verb === 'readStorePart' ? 'before' : undefined);
      const response = await download();
      expect([response.status, ((await response.json()) as any).error.id]).toEqual([500, 'internalServerError']);
      real.database.fault = () => undefined;
    });

    it('nobody reads is not read from the database any more', async () => {
      real.database.calls.clear();
      const leaving = new AbortController();
      const response = await download(leaving.signal);
      await response.body?.getReader().read();
      leaving.abort();
      const parts = (): number => real.database.calls.get('readStorePart') ?? 0;
      let last = -1;
      await eventually(async () => {
        const now = parts();
        const isStill = now === last;
        last = now;
        return await Promise.resolve(isStill);
      });
      // 20 MB are 80 parts; what buffers and sockets hold is less.
      expect(parts()).toBeLessThan(70);
    });

    it('in a form that there is not is refused last', async () => {
      const url = `${stores}/${storeId}/export?format=xml`;
      const answer = await real.world.get(url, owner);
      expect([answer.error, answer.body.error.details]).toEqual(['badValueNotAllowed', { key: 'format', allowed: ['jsonl', 'csv'] }]);
      expect((await real.world.get(url, await real.world.person())).error).toBe('forbidden');
    });
  });

  it('a server that closes breaks both off, and waits for neither', async () => {
    const other = await realWorld(kind);
    await other.world.app.listen({ host: '127.0.0.1', port: 0 });
    const url = `http://127.0.0.1:${(other.world.app.server.address() as AddressInfo).port}`;
    const headers = { 'x-auth-token': other.world.admin.token, 'content-type': ndjson };
    const path = `${url}/api/v3/oneprovider/spaces/${other.spaceId}/automation/execution/uploads`;
    const long = Array.from({ length: 4000 }, () => `{"n":"${'x'.repeat(5000)}"}\n`).join('');
    const { uploadId } = (await (await fetch(path, { method: 'POST', headers, body: long })).json()) as { uploadId: string };
    const answer = await other.schedule(other.world.admin, 'hang', { storeInitialContentUploads: { input: uploadId } });
    const view = await other.engine.executions.view(answer.body.atmWorkflowExecutionId as string);
    const dump = await fetch(`${url}${stores}/${view?.execution.storeRegistry['input']}/export`, { headers });
    other.database.calls.clear();
    const stalled = new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from(items(60_000))) });
    const upload = fetch(path, { method: 'POST', headers, body: stalled, duplex: 'half' });
    const broken = expect(upload).rejects.toThrow('fetch failed');
    await eventually(async () => await Promise.resolve((other.database.calls.get('extendUpload') ?? 0) > 0));
    await other.close();
    await broken;
    await expect(dump.text()).rejects.toThrow('terminated');
  });
});
