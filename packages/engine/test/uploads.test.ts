/** Uploads of initial content: any length in constant memory, all or nothing, and gone when nobody wants them (design §5, P16). */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StoreSchema } from '@laneway/model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds, type DatabaseKind } from '../../../test/support/databases.ts';
import { faultyKind } from '../../../test/support/faulty-database.ts';
import { perItem } from '../../../test/support/in-process-runtime.ts';
import {
  startTestEngine,
  valuesOf,
  waitForEnd,
  workflowOf,
  type TestEngine,
  type WorkflowOptions,
} from '../../../test/support/test-engine.ts';
import type { ScheduleRequest } from '../src/engine-api.ts';
import { beginUpload, finishUpload, holdUpload, keepUpload, removeUpload } from '../src/persistence/sql/uploads.ts';
import { contentRows } from './content-verbs.ts';

const quickly = { lanes: [[['echo']]] } as const;
const owner = { userId: 'user' };
const quota = { count: 1000, bytes: 1024 ** 3 };

function withContentVerbs(kind: DatabaseKind): DatabaseKind {
  const url = new URL('./content-verbs.ts', import.meta.url).href;
  return { name: kind.name, open: async (purpose, modules = []) => await kind.open(purpose, [url, ...modules]) };
}

/** A body that arrives in pieces of the given size. */
async function* bodyOf(text: string | Uint8Array, size = 64 * 1024): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text as string);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function numbersBelow(count: number): string {
  return Array.from({ length: count }, (_, index) => `${index}\n`).join('');
}

describe.each(databaseKinds)('uploads on $name', (plainKind) => {
  const kind = faultyKind(withContentVerbs(plainKind));
  let test: TestEngine;
  beforeAll(async () => {
    test = await startTestEngine(kind, { echo: perItem((args) => ({ value: args['item'] })) }, { config: { maxItemBytes: 4096 } });
  });
  afterAll(async () => await test.close());

  const upload = async (text: string | Uint8Array, size?: number) =>
    await test.engine.extensions.upload({ ...owner, spaceId: test.spaceId, body: bodyOf(text, size) });
  const uploaded = async (text: string): Promise<string> => {
    const received = await upload(text);
    if (!received.ok) throw new Error(received.error.description);
    return received.value.uploadId;
  };
  const rows = async (): Promise<Readonly<Record<string, number>>> => await test.database.call(contentRows, null);
  const request = (
    uploads: Readonly<Record<string, string>>,
    changes: Partial<ScheduleRequest> = {},
    options: Partial<WorkflowOptions> = {},
  ) => ({
    ...workflowOf(test, { ...quickly, batchSize: 1000, ...options }),
    storeInitialContentUploads: uploads,
    ...changes,
  });
  const refusal = async (of: ScheduleRequest): Promise<{ readonly id: string; readonly details?: Readonly<Record<string, unknown>> }> => {
    const scheduled = await test.engine.executions.schedule(of);
    if (scheduled.ok) throw new Error('it was scheduled');
    return scheduled.error;
  };

  const finished = async (of: ScheduleRequest): Promise<string> => {
    const scheduled = await test.engine.executions.schedule(of);
    if (!scheduled.ok) throw new Error(scheduled.error.description);
    return (await waitForEnd(test, scheduled.value.executionId)).execution.status;
  };

  describe('become the content of a store', () => {
    it('complete and in order, also of several executions', async () => {
      const received = await upload(numbersBelow(60_000));
      expect(received).toMatchObject({ ok: true, value: { itemCount: 60_000, bytes: numbersBelow(60_000).length } });
      const uploadId = received.ok ? received.value.uploadId : '';
      for (let round = 0; round < 2; round += 1) {
        const scheduled = await test.engine.executions.schedule(request({ input: uploadId }));
        if (!scheduled.ok) throw new Error(scheduled.error.description);
        const view = await waitForEnd(test, scheduled.value.executionId);
        expect(view.execution.status).toBe('finished');
        expect(await valuesOf(test, view, 'input')).toEqual(Array.from({ length: 60_000 }, (_, index) => index));
        expect(await valuesOf(test, view, 'output')).toHaveLength(60_000);
        expect((await test.engine.stores.info(view.execution.storeRegistry['input'] ?? ''))?.initialContent).toBeNull();
      }
    });

    it('in their stored form, whatever the pieces that they came in (data-and-stores R9)', async () => {
      const texts = ['{"a": [1,  2], "a\\u0000": "\\ud800"}', '{"__proto__": {"x": 1}}', '{"ż": "😀"}', '{"n": 1e2}', '{}'];
      const body = `\ufeff${texts[0]}\r\n\n${texts[1]}\n   \t\r\n${texts.slice(2).join('\n')}`;
      const items = { type: 'object' } as const;
      for (const size of [1, 7, 100_000]) {
        const received = await upload(body, size);
        if (!received.ok) throw new Error(received.error.description);
        expect(received.value.itemCount).toBe(5);
        const options = { items, results: items, collects: [] };
        const scheduled = await test.engine.executions.schedule(request({ input: received.value.uploadId }, {}, options));
        if (!scheduled.ok) throw new Error(scheduled.error.description);
        const view = await waitForEnd(test, scheduled.value.executionId);
        expect(JSON.stringify(await valuesOf(test, view, 'input'))).toBe(JSON.stringify(texts.map((text) => JSON.parse(text) as unknown)));
      }
    });

    it('of files, with their ids checked in the space of the execution (data-and-stores R5)', async () => {
      const refs: string[] = [];
      for (const name of ['a', 'b', 'c']) {
        writeFileSync(join(test.spaceDirectory, name), name);
        const found = await test.engine.files.lookup(test.spaceId, name);
        if (found.ok) refs.push(found.value.fileId);
      }
      const items = { type: 'file', fileType: 'REG', attributes: ['fileId'] } as const;
      const options = { items, results: items, input: { type: 'treeForest', content: null } } as const;
      const lines = refs.map((fileId) => `${JSON.stringify({ fileId, extra: 1 })}\n`).join('');
      const scheduled = await test.engine.executions.schedule(request({ input: await uploaded(lines) }, {}, options));
      if (!scheduled.ok) throw new Error(scheduled.error.description);
      const view = await waitForEnd(test, scheduled.value.executionId);
      expect((await valuesOf(test, view, 'output')).map((item) => (item as { fileId: string }).fileId)).toEqual(refs);
      const gone = `${lines}${JSON.stringify({ fileId: refs[0]?.replace(/.{6}$/, '424242') })}\n`;
      const error = await refusal(request({ input: await uploaded(gone) }, {}, options));
      const { specificError } = error.details as { specificError: { details: { valueConstraints: object } } };
      expect([error.id, Object.keys(specificError.details.valueConstraints)]).toEqual(['atmStoreCreationFailed', ['$[3]']]);
    });

    it('of logs, by the rules of their entries (data-and-stores R35–R37)', async () => {
      const log: StoreSchema = {
        id: 'log',
        name: 'log',
        description: '',
        type: 'auditLog',
        config: { logContentDataSpec: { type: 'object' } },
        requiresInitialContent: true,
        defaultInitialContent: null,
      };
      const plain = request({});
      const revision = { ...plain.revision, stores: [...plain.revision.stores, log] };
      const lines = ['{"severity":"debug","content":5}', '{"severity":"error","content":{"a":1}}', '{"b":2}'];
      const scheduled = await test.engine.executions.schedule({
        ...plain,
        revision,
        storeInitialContentUploads: { log: await uploaded(lines.join('\n')) },
      });
      if (!scheduled.ok) throw new Error(scheduled.error.description);
      const view = await waitForEnd(test, scheduled.value.executionId);
      const options = { type: 'auditLogStoreContentBrowseOptions', direction: 'forward_from_oldest' };
      const browsed = await test.engine.stores.browse(view.execution.storeRegistry['log'] ?? '', options);
      expect(browsed.ok ? browsed.value : browsed.error).toMatchObject({
        logEntries: [
          { index: '0', severity: 'error', source: 'user', content: { a: 1 } },
          { index: '1', severity: 'info', source: 'user', content: { b: 2 } },
        ],
        isLast: true,
      });
      const bad = { log: await uploaded([...lines, '7'].join('\n')) };
      const error = await refusal({ ...plain, revision, storeInitialContentUploads: bad });
      expect(JSON.stringify(error.details)).toContain('"$[2]"');
    });

    it('of no items at all, as an empty array', async () => {
      for (const body of ['', '\n\n', '\ufeff']) {
        const scheduled = await test.engine.executions.schedule(request({ input: await uploaded(body) }));
        if (!scheduled.ok) throw new Error(scheduled.error.description);
        const view = await waitForEnd(test, scheduled.value.executionId);
        expect([view.execution.status, await valuesOf(test, view, 'input')]).toEqual(['finished', []]);
      }
    });

    it('in place of a default, and of content that is required (data-and-stores R11, R12)', async () => {
      const plain = request({ input: await uploaded('5\n') });
      const stores = plain.revision.stores.map((store) =>
        store.id === 'input' ? { ...store, requiresInitialContent: true, defaultInitialContent: [1, 2] } : store,
      ) as readonly StoreSchema[];
      const scheduled = await test.engine.executions.schedule({ ...plain, revision: { ...plain.revision, stores } });
      if (!scheduled.ok) throw new Error(scheduled.error.description);
      expect(await valuesOf(test, await waitForEnd(test, scheduled.value.executionId), 'input')).toEqual([5]);
    });
  });

  describe('that are refused leave nothing behind', () => {
    const line = (n: number, text: string | Uint8Array): Uint8Array =>
      Buffer.concat([Buffer.from(numbersBelow(n - 1)), Buffer.from(text as string)]);
    it.each([
      ['bad JSON far down', () => line(70_000, '{"a":1,}\n1\n'), /^line 70000: it is not valid JSON \(character 8\)$/],
      ['two values in a line', () => line(2, '1 2\n'), /^line 2: it is not valid JSON/],
      ['an array over several lines', () => line(1, '[\n1\n]\n'), /^line 1: it is not valid JSON/],
      ['a NUL', () => line(3, '"a\u0000b"\n'), /^line 3: it is not valid JSON \(character 1\)$/],
      ['a last line that breaks off', () => line(3, '{"a":'), /^line 3: it is not valid JSON/],
      ['bytes that are no UTF-8', () => line(1200, Buffer.from([0x22, 0xff, 0x22, 0x0a, 0x31])), /^line 1200: it is not UTF-8$/],
      ['depth', () => line(2, `${'['.repeat(300)}${']'.repeat(300)}\n`), /^line 2: it is nested too deeply/],
      ['numbers beyond all bounds', () => line(2, '1e999\n'), /^line 2: a number is too large/],
      ['an item that is too long', () => line(2, `"${'x'.repeat(4096)}"\n`), /^line 2: an item may have 4096 bytes at most$/],
    ])('%s', async (_name, body, hint) => {
      const before = await rows();
      const received = await upload(body());
      expect(received).toMatchObject({ ok: false, error: { id: 'badData', details: { key: 'body', hint: expect.stringMatching(hint) } } });
      expect(await rows()).toEqual(before);
    });

    it('a line that does not end is refused long before it is all there', async () => {
      let given = 0;
      const endless = (async function* () {
        for (; given < 1000; given += 1) yield Buffer.alloc(1024, 'x');
      })();
      const received = await test.engine.extensions.upload({ ...owner, spaceId: test.spaceId, body: endless });
      expect(received).toMatchObject({ ok: false, error: { details: { hint: 'line 1: an item may have 4096 bytes at most' } } });
      expect(given).toBeLessThan(10);
    });

    it('a body that breaks off', async () => {
      const before = await rows();
      const broken = (async function* () {
        yield Buffer.from(numbersBelow(30_000));
        throw new Error('the connection broke');
      })();
      await expect(test.engine.extensions.upload({ ...owner, spaceId: test.spaceId, body: broken })).rejects.toThrow(
        'the connection broke',
      );
      expect(await rows()).toEqual(before);
    });

    it('a database that does not take a piece', async () => {
      const before = await rows();
      kind.latest().fault = (verb) => (verb === 'extendUpload' ? 'after' : undefined);
      await expect(upload(numbersBelow(100_000))).rejects.toThrow('extendUpload');
      kind.latest().fault = () => undefined;
      expect(await rows()).toEqual(before);
    });

    it('an item that does not fit its store: the first one is named as in an array (data-and-stores R13)', async () => {
      const uploadId = await uploaded(`${numbersBelow(30_500)}"${'long '.repeat(500)}"\nnull\n`);
      const before = await rows();
      const error = await refusal(request({ input: uploadId }));
      expect(error).toMatchObject({ id: 'atmStoreCreationFailed', details: { atmStoreSchemaId: 'input' } });
      const { specificError } = error.details as { specificError: { id: string; details: { value: unknown; valueConstraints: object } } };
      expect(specificError.id).toBe('atmDataValueConstraintUnverified');
      expect(specificError.details).toMatchObject({
        type: 'array',
        value: null,
        valueConstraints: { '$[30500]': { id: 'atmDataTypeUnverified', details: { expType: 'number' } } },
      });
      expect(JSON.stringify(error).length).toBeLessThan(10_000);
      expect(await rows()).toEqual(before);
    });
  });

  describe('can be used', () => {
    const unknown = { id: 'badValueIdNotFound', details: { key: 'storeInitialContentUploads.input' } };

    it('by their user in their space only, and when they are there', async () => {
      const uploadId = await uploaded('1\n');
      const elsewhere = await test.engine.spaces.create({ name: 'other', path: null, readonly: false, ownerUserId: 'user' });
      const spaceId = elsewhere.ok ? elsewhere.value.id : '';
      expect(await refusal(request({ input: 'no such upload' }))).toMatchObject(unknown);
      expect(await refusal(request({ input: uploadId }, { userId: 'somebody else' }))).toMatchObject(unknown);
      expect(await refusal(request({ input: uploadId }, { spaceId }))).toMatchObject(unknown);
      for (const other of [
        { userId: 'somebody else', spaceId: test.spaceId },
        { userId: 'user', spaceId },
      ])
        expect(await test.engine.extensions.removeUpload({ uploadId, ...other })).toBe(false);
      expect(await finished(request({ input: uploadId }))).toBe('finished');
    });

    it('until they are removed', async () => {
      const before = await rows();
      const uploadId = await uploaded(numbersBelow(3000));
      const mine = { uploadId, userId: 'user', spaceId: test.spaceId };
      expect(await test.engine.extensions.removeUpload(mine)).toBe(true);
      expect(await rows()).toEqual(before);
      expect(await refusal(request({ input: uploadId }))).toMatchObject(unknown);
      expect(await test.engine.extensions.removeUpload(mine)).toBe(false);
    });

    it('not before they are complete', async () => {
      await test.database.call(beginUpload, { uploadId: 'half', userId: 'user', spaceId: test.spaceId, keepMs: 60_000, quota });
      expect(await refusal(request({ input: 'half' }))).toMatchObject(unknown);
      await test.engine.extensions.removeUpload({ uploadId: 'half', userId: 'user', spaceId: test.spaceId });
    });

    it('for stores that take an array, and not beside other content', async () => {
      const uploadId = await uploaded('1\n');
      expect(await refusal(request({ nowhere: uploadId }))).toMatchObject({
        id: 'atmStoreNotFound',
        details: { atmStoreSchemaId: 'nowhere' },
      });
      const range = { input: { type: 'range', content: null } } as const;
      expect(await refusal(request({ input: uploadId }, {}, range))).toMatchObject({
        id: 'atmStoreTypeDisallowed',
        details: { atmStoreSchemaId: 'input', allowed: ['list', 'treeForest', 'auditLog'] },
      });
      expect(await refusal(request({ input: uploadId }, { storeInitialContentOverlay: { input: [1] } }))).toMatchObject({
        id: 'badData',
        details: { key: 'storeInitialContentUploads.input' },
      });
      expect(await finished(request({ input: uploadId }, { storeInitialContentOverlay: { input: null } }))).toBe('finished');
    });
  });

  describe('that had their time', () => {
    const gone = async (uploadId: string): Promise<void> => {
      const deadline = performance.now() + 10_000;
      for (;;) {
        const removal = await test.database.call(removeUpload, { uploadId, owner: null, limit: 0 });
        if (removal.kind === 'unknown') return;
        if (performance.now() > deadline) throw new Error('the upload is still there');
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    const begin = async (uploadId: string, keepMs: number): Promise<void> => {
      await test.database.call(beginUpload, { uploadId, userId: 'user', spaceId: test.spaceId, keepMs, quota });
    };

    it('go with their timer, and so does one whose writer died', async () => {
      await begin('expired', 60_000);
      await test.database.call(finishUpload, { uploadId: 'expired', retentionMs: 0 });
      expect(
        await test.database.call(holdUpload, { uploadId: 'expired', userId: 'user', spaceId: test.spaceId, keepMs: 60_000 }),
      ).toBeNull();
      await begin('dead', 0);
      await gone('expired');
      await gone('dead');
    });

    it('stay while somebody reads them', async () => {
      await begin('read', 60_000);
      await test.database.call(finishUpload, { uploadId: 'read', retentionMs: 60_000 });
      expect(await test.database.call(keepUpload, { uploadId: 'read', keepMs: 90_000 })).toBe(true);
      const removal = await test.database.call(removeUpload, { uploadId: 'read', owner: null, limit: 10 });
      expect(removal.kind === 'kept' && removal.forMs > 60_000).toBe(true);
      await test.database.call(removeUpload, { uploadId: 'read', owner: { userId: 'user', spaceId: test.spaceId }, limit: 10 });
      expect(await test.database.call(keepUpload, { uploadId: 'read', keepMs: 90_000 })).toBe(false);
    });
  });

  it('a body is read no faster than the database writes', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    kind.latest().fault = async (verb) => {
      if (verb === 'extendUpload') await held;
      return undefined;
    };
    const piece = Buffer.from(numbersBelow(10_000));
    let given = 0;
    const body = (async function* () {
      for (; given < 200; given += 1) yield piece;
    })();
    const receiving = test.engine.extensions.upload({ ...owner, spaceId: test.spaceId, body });
    for (let turn = 0; turn < 2000; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    // One group on its way and one gathered, of 20,000 items and what came with the last of them.
    expect(given).toBeLessThanOrEqual(6);
    release();
    expect(await receiving).toMatchObject({ ok: true, value: { itemCount: 2_000_000 } });
    kind.latest().fault = () => undefined;
  });
});
