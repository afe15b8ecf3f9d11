/** What one user may have in uploads: a number and bytes, in all spaces together, never more whatever comes at once. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { databaseKinds, type DatabaseKind } from '../../../test/support/databases.ts';
import { Uploads } from '../src/control/uploads.ts';
import { beginUpload, extendUpload, type UploadQuota } from '../src/persistence/sql/uploads.ts';
import { contentRows } from './content-verbs.ts';

const owner = { userId: 'user', spaceId: 'space' };
const elsewhere = { ...owner, spaceId: 'other space' };
const somebodyElse = { ...owner, userId: 'somebody else' };

const countReached = { ok: false, error: { id: 'limitReached', details: { limit: 2, resourceDescription: 'uploads of one user' } } };
const bytesReached = {
  ok: false,
  error: { id: 'limitReached', details: { limit: 1000, resourceDescription: 'bytes in uploads of one user' } },
};

async function* bodyOf(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield await Promise.resolve(Buffer.from(text));
}

/** An item of so many bytes. */
function item(bytes: number): string {
  return JSON.stringify('x'.repeat(bytes - 2));
}

describe.each(databaseKinds)('the quota of uploads on $name', (kind) => {
  let opened: Awaited<ReturnType<DatabaseKind['open']>>;
  beforeEach(async () => {
    opened = await kind.open('upload-quota', [new URL('./content-verbs.ts', import.meta.url).href]);
  });
  afterEach(async () => await opened.close());

  const rows = async (): Promise<Readonly<Record<string, number>>> => await opened.database.call(contentRows, null);
  /** A body in which nothing is silent for long: each piece is written at once. */
  const within = (quota: Partial<UploadQuota>, keptMs?: number): Uploads =>
    new Uploads({
      database: opened.database,
      maxItemBytes: 10_000,
      retentionMs: 60_000,
      quota: { count: 1000, bytes: 1_000_000, ...quota },
      ...(keptMs === undefined ? {} : { keptMs }),
    });

  it('is a number of uploads in all spaces together, for each user apart', async () => {
    const uploads = within({ count: 2 });
    const first = await uploads.receive({ ...owner, body: bodyOf('1') });
    expect(await uploads.receive({ ...elsewhere, body: bodyOf('1') })).toMatchObject({ ok: true });
    const before = await rows();
    expect(await uploads.receive({ ...owner, body: bodyOf('1') })).toMatchObject(countReached);
    expect(await rows()).toEqual(before);
    expect(await uploads.receive({ ...somebodyElse, body: bodyOf('1') })).toMatchObject({ ok: true });
    // Removing one makes room.
    expect(await uploads.remove(first.ok ? first.value.uploadId : '', owner)).toBe(true);
    expect(await uploads.receive({ ...owner, body: bodyOf('1') })).toMatchObject({ ok: true });
  });

  it('is a number of bytes of all of them together, and nothing is left of what goes beyond', async () => {
    const uploads = within({ bytes: 1000 });
    expect(await uploads.receive({ ...owner, body: bodyOf(item(900)) })).toMatchObject({ ok: true });
    const before = await rows();
    expect(await uploads.receive({ ...elsewhere, body: bodyOf(item(60), '\n', item(60)) })).toMatchObject(bytesReached);
    expect(await rows()).toEqual(before);
    expect(await uploads.receive({ ...somebodyElse, body: bodyOf(item(900)) })).toMatchObject({ ok: true });
    expect(await uploads.receive({ ...elsewhere, body: bodyOf(item(60)) })).toMatchObject({ ok: true });
  });

  it('does not count white space, which is not kept', async () => {
    const uploads = within({ bytes: 1000 });
    expect(await uploads.receive({ ...owner, body: bodyOf(`${' \n'.repeat(5000)}1`) })).toMatchObject({
      ok: true,
      value: { itemCount: 1 },
    });
  });

  it('ends a body while it comes, not when it is all there', async () => {
    let given = 0;
    const endless = (async function* () {
      for (; given < 1000; given += 1) yield await Promise.resolve(Buffer.from(`${item(99)}\n`));
    })();
    expect(await within({ bytes: 1000 }, 0).receive({ ...owner, body: endless })).toMatchObject(bytesReached);
    expect(given).toBeLessThan(20);
    expect((await rows())['upload']).toBe(0);
  });

  it('holds for what begins and grows at the same time', async () => {
    const quota = { count: 3, bytes: 1000 };
    const ids = Array.from({ length: 12 }, (_, number) => `upload${number}`);
    const begun = await Promise.all(
      ids.map(async (uploadId) => ({
        uploadId,
        reached: await opened.database.call(beginUpload, { ...owner, uploadId, keepMs: 60_000, quota }),
      })),
    );
    const taken = begun.filter(({ reached }) => reached === null).map(({ uploadId }) => uploadId);
    expect(taken).toHaveLength(3);
    const text = item(300);
    const grown = await Promise.all(
      [...taken, ...taken].map(
        async (uploadId) =>
          await opened.database.call(extendUpload, {
            uploadId,
            userId: owner.userId,
            pieces: [{ itemCount: 1, bytes: text.length, text }],
            keepMs: 60_000,
            quota,
          }),
      ),
    );
    expect(grown.filter((reached) => reached === null)).toHaveLength(3);
    expect((await rows())['upload_piece']).toBe(3);
  });
});
