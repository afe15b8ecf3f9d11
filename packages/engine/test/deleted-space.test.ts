/** A space that is deleted is gone at once; what was registered of its files follows in small commits (design §5, §8). */
import { afterEach, describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../test/support/databases.ts';
import { faultyKind } from '../../../test/support/faulty-database.ts';
import { startTestEngine, type TestEngine } from '../../../test/support/test-engine.ts';
import { registerFiles } from '../src/persistence/sql/files.ts';
import { mentions } from './extension-verbs.ts';
import { withSuiteVerbs } from './suite-verbs.ts';

const fileCount = 1200;

describe.each(databaseKinds)('a space that is deleted on $name', (kind) => {
  const faulty = faultyKind(withSuiteVerbs(kind));
  let test: TestEngine;
  afterEach(async () => await test.close());

  it('resolves no file any more, and leaves nothing behind', async () => {
    test = await startTestEngine(faulty, {});
    const { engine, database, spaceId } = test;
    const paths = Array.from({ length: fileCount }, (_, index) => `file${index}`);
    const [first] = await engine.files.register(spaceId, paths);
    const fileId = first?.fileId ?? '';
    await database.call(registerFiles, { files: [{ id: 'another', spaceId: 'another', path: 'file0' }] });
    expect(await engine.files.resolve(fileId)).toMatchObject({ path: 'file0' });
    let purges = 0;
    faulty.latest().fault = (verb) => {
      if (verb === 'purgeSpace') purges += 1;
      return undefined;
    };

    expect(await engine.spaces.delete(spaceId)).toMatchObject({ ok: true });
    expect(await engine.files.resolve(fileId)).toBeNull();
    const left = async () => await database.call(mentions, { texts: [spaceId] });
    await expect.poll(left, { timeout: 20_000 }).toEqual({});
    // Never more than a few hundred rows in one transaction.
    expect(purges).toBe(3);
    expect(await database.call(mentions, { texts: ['another'] })).toEqual({ file: 1 });
  });
});
