/** Uploads that come slowly, in the smallest pieces, or with the largest items: they are kept while something comes, and go in small commits. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds, type DatabaseKind } from '../../../test/support/databases.ts';
import { ItemLines } from '../src/control/item-lines.ts';
import { Uploads } from '../src/control/uploads.ts';
import { beginUpload, extendUpload, removeUpload } from '../src/persistence/sql/uploads.ts';
import { contentRows } from './content-verbs.ts';

const owner = { userId: 'user', spaceId: 'space' };
const quota = { count: 10, bytes: 100 * 1024 * 1024 };

describe.each(databaseKinds)('uploads on $name', (kind) => {
  let opened: Awaited<ReturnType<DatabaseKind['open']>>;
  beforeAll(async () => {
    opened = await kind.open('slow-uploads', [new URL('./content-verbs.ts', import.meta.url).href]);
  });
  afterAll(async () => await opened.close());

  const rows = async (): Promise<Readonly<Record<string, number>>> => await opened.database.call(contentRows, null);

  it('that come slowly are written, and so kept, before a group is full', async () => {
    const uploads = new Uploads({ database: opened.database, maxItemBytes: 1000, retentionMs: 60_000, keptMs: 0, quota });
    const body = (async function* () {
      yield Buffer.from('1\n2');
      // It goes on only when the first item is there.
      const deadline = performance.now() + 10_000;
      while ((await rows())['upload_piece'] === 0) {
        if (performance.now() > deadline) throw new Error('nothing was written');
        await sleep(10);
      }
      yield Buffer.from('0\n');
    })();
    expect(await uploads.receive({ ...owner, body })).toMatchObject({ ok: true, value: { itemCount: 2, bytes: 5 } });
  });

  it('are removed in transactions of bounded size, however large the items are', async () => {
    const before = await rows();
    const uploadId = 'large';
    await opened.database.call(beginUpload, { ...owner, uploadId, keepMs: 60_000, quota });
    const text = JSON.stringify('x'.repeat(3 * 1024 * 1024));
    for (let count = 0; count < 5; count += 1) {
      const pieces = [{ itemCount: 1, bytes: text.length, text }];
      await opened.database.call(extendUpload, { uploadId, userId: 'user', pieces, keepMs: 60_000, quota });
    }
    const left: number[] = [];
    for (;;) {
      const { kind: outcome } = await opened.database.call(removeUpload, { uploadId, owner, limit: 200 });
      left.push(((await rows())['upload_piece'] ?? 0) - (before['upload_piece'] ?? 0));
      if (outcome !== 'going') break;
    }
    expect(left).toEqual([3, 1, 0]);
    expect(await rows()).toEqual(before);
  });
});

it('an item that comes byte by byte is kept apart from the pieces that brought it', () => {
  const lines = new ItemLines(1000);
  const piece = Buffer.alloc(1);
  const items: string[] = [];
  for (const byte of Buffer.from('{"a":[1,2]}\n"ż😀"\n\n3')) {
    // One and the same memory for all of them.
    piece[0] = byte;
    const taken = lines.take(piece);
    if (taken.ok) items.push(...taken.value);
  }
  const last = lines.end();
  expect([...items, ...(last.ok ? last.value : [])]).toEqual(['{"a":[1,2]}', '"ż😀"', '3']);
});
