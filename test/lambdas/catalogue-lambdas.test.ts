import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBench, prepare, runJob, SANDBOX_MODES, taskFor, type Bench } from './support.ts';

const xattrOf = (path: string, name: string): string =>
  execFileSync('python3', [
    '-c',
    'import os,sys; sys.stdout.buffer.write(os.getxattr(sys.argv[1], sys.argv[2]))',
    path,
    `user.${name}`,
  ]).toString();

describe.each(SANDBOX_MODES)('the built-in catalogue with sandbox "%s"', (sandbox) => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench({ sandbox });
    writeFileSync(join(bench.spaceRoot, 'hello.txt'), 'hello');
    writeFileSync(join(bench.spaceRoot, 'empty'), '');
    writeFileSync(join(bench.spaceRoot, 'test.py'), '"""A test."""\nvalue = 1\n');
    writeFileSync(join(bench.spaceRoot, 'example_python_script'), '#!/usr/bin/env python3\nprint(1)\n');
    writeFileSync(join(bench.spaceRoot, 'example_cpp_script'), '#include <iostream>\nusing namespace std;\nint main() { return 0; }\n');
    writeFileSync(join(bench.spaceRoot, 'lorem_ipsum.enl'), 'Lorem ipsum dolor sit amet.\n');
    mkdirSync(join(bench.spaceRoot, 'dir'));
    symlinkSync('hello.txt', join(bench.spaceRoot, 'link'));
  });
  afterAll(async () => await bench.close());

  test('demo greets by name and fails an item without one (lambdas R115)', async () => {
    const handle = await prepare(bench, taskFor(bench, 'onedata/lambda-demo:v2'));
    const { outcome } = await runJob(handle, [{ item: { name: 'dir2' } }, { item: {} }]);
    expect(outcome).toMatchObject({
      response: { resultsBatch: [{ result: 'Hello - dir2' }, { exception: expect.stringContaining('name') }] },
    });
    await handle.dispose();
  });

  test.each(['onedata/lambda-calculate-checksum-mounted:v2', 'onedata/lambda-calculate-checksum-rest:v2'])(
    '%s computes, streams and sets the attribute (lambdas R118–R121)',
    async (image) => {
      const handle = await prepare(bench, taskFor(bench, image, { streams: ['stats'] }));
      const files = { f1: 'hello.txt', d1: 'dir', l1: 'link', e1: 'empty' };
      const items = ['f1', 'd1', 'l1', 'e1'].map((fileId) => ({ file: { fileId, type: 'REG' } }));
      const { outcome } = await runJob(handle, items, { config: { algorithm: 'md5', metadataKey: 'md5_checksum' }, files });
      const md5 = createHash('md5').update('hello').digest('hex');
      const result = (fileId: string, checksum: string | null) => ({ result: { fileId, algorithm: 'md5', checksum } });
      expect(outcome).toMatchObject({
        kind: 'answered',
        response: {
          resultsBatch: [result('f1', md5), result('d1', null), result('l1', md5), result('e1', 'd41d8cd98f00b204e9800998ecf8427e')],
        },
      });
      const streamed = outcome.kind === 'answered' ? outcome.streamed : [];
      const sum = (tsName: string): number =>
        streamed
          .map(({ value }) => value as { tsName: string; value: number; timestamp: number })
          .filter((measurement) => measurement.tsName === tsName && Number.isInteger(measurement.timestamp))
          .reduce((total, { value }) => total + value, 0);
      expect([sum('filesProcessed'), sum('bytesProcessed')]).toEqual([3, 10]);
      expect(xattrOf(join(bench.spaceRoot, 'hello.txt'), 'md5_checksum')).toBe(md5);
      await handle.dispose();
    },
  );

  test('calculate-checksum knows fifteen algorithms, shake_* among them, and names them for an unknown one', async () => {
    const handle = await prepare(bench, taskFor(bench, 'onedata/lambda-calculate-checksum-mounted:v2', { streams: ['stats'] }));
    const checksum = async (algorithm: string): Promise<unknown> => {
      const { outcome } = await runJob(handle, [{ file: { fileId: 'f1' } }], {
        config: { algorithm, metadataKey: '' },
        files: { f1: 'hello.txt' },
      });
      return outcome.kind === 'answered' ? outcome.response : outcome;
    };
    const expected = {
      adler32: '62c0215',
      blake2b: createHash('blake2b512').update('hello').digest('hex'),
      blake2s: createHash('blake2s256').update('hello').digest('hex'),
      sha3_384: createHash('sha3-384').update('hello').digest('hex'),
      shake_128: createHash('shake128', { outputLength: 32 }).update('hello').digest('hex'),
      shake_256: createHash('shake256', { outputLength: 64 }).update('hello').digest('hex'),
    };
    for (const [algorithm, value] of Object.entries(expected)) {
      expect(await checksum(algorithm)).toMatchObject({ resultsBatch: [{ result: { checksum: value } }] });
    }
    expect(await checksum('crc7')).toEqual({
      exception:
        'crc7 algorithm is unsupported. Available ones are: adler32, blake2b, blake2s, md5, sha1, sha224, sha256, sha384, sha512, sha3_224, sha3_256, sha3_384, sha3_512, shake_128, shake_256',
    });
    await handle.dispose();
  });

  test('calculate-checksum fails the one item whose file is gone and keeps the others', async () => {
    const handle = await prepare(bench, taskFor(bench, 'onedata/lambda-calculate-checksum-mounted:v2'));
    const { outcome } = await runJob(handle, [{ file: { fileId: 'gone' } }, { file: { fileId: 'f1' } }], {
      config: { algorithm: 'md5', metadataKey: '' },
      files: { f1: 'hello.txt', gone: 'no/such/file' },
    });
    expect(outcome).toMatchObject({
      response: { resultsBatch: [{ exception: expect.stringContaining('FileNotFoundError') }, { result: { algorithm: 'md5' } }] },
    });
    await handle.dispose();
  });

  test('detect-file-format tells formats by content (lambdas R128, §13.5)', async () => {
    const handle = await prepare(bench, taskFor(bench, 'onedata/lambda-detect-file-format-mounted:v2'));
    const names = ['test.py', 'lorem_ipsum.enl', 'example_cpp_script', 'example_python_script'];
    const { outcome } = await runJob(
      handle,
      [
        ...names.map((name) => ({ file: { fileId: name, name, type: 'REG' }, metadataKey: 'format' })),
        { file: { fileId: 'd', name: 'dir', type: 'DIR' } },
      ],
      { files: { ...Object.fromEntries(names.map((name) => [name, name])), d: 'dir' } },
    );
    const plain = ['.txt', '.bat', '.c', '.h', '.ksh', '.pl'];
    const result = (fileName: string, formatName: string, mimeType: string, extensions: string[], isExtensionMatchingFormat: boolean) => ({
      result: { fileId: fileName, fileName, formatName, mimeType, extensions, isExtensionMatchingFormat },
    });
    expect(outcome).toMatchObject({
      response: {
        resultsBatch: [
          result('test.py', 'Python script, ASCII text executable', 'text/plain', plain, false),
          result('lorem_ipsum.enl', 'ASCII text', 'text/plain', plain, false),
          result('example_cpp_script', 'C++ source, ASCII text', 'text/x-c++', [], true),
          result('example_python_script', 'Python script, ASCII text executable', 'text/x-script.python', [], true),
          { exception: 'Not a regular file' },
        ],
      },
    });
    expect(xattrOf(join(bench.spaceRoot, 'example_cpp_script'), 'format.is-extension-matching-format')).toBe('True');
    expect(xattrOf(join(bench.spaceRoot, 'example_cpp_script'), 'format.mime-type')).toBe('text/x-c++');
    expect(xattrOf(join(bench.spaceRoot, 'example_cpp_script'), 'format.format-name')).toBe('C++ source, ASCII text');
    await handle.dispose();
  });

  test('detect-file-mime-type goes by the name only (lambdas R129)', async () => {
    const handle = await prepare(bench, taskFor(bench, 'onedata/lambda-detect-file-mime-type-mounted:v2'));
    const names = ['test.py', 'photo.jpg', 'lorem_ipsum.enl'];
    const { outcome } = await runJob(
      handle,
      names.map((name) => ({ file: { fileId: name, name, type: 'REG' }, metadataKey: name === 'test.py' ? 'format' : '' })),
      { files: { 'test.py': 'test.py' } },
    );
    expect(outcome).toMatchObject({
      response: {
        resultsBatch: ['text/x-python', 'image/jpeg', 'unknown'].map((mimeType, index) => ({
          format: { fileId: names[index], fileName: names[index], mimeType },
        })),
      },
    });
    expect(xattrOf(join(bench.spaceRoot, 'test.py'), 'format.mime-type')).toBe('text/x-python');
    await handle.dispose();
  });
});

test('a read-only lambda cannot set an attribute: its item fails, and the file counts as processed all the same (lambdas R121)', async () => {
  // Without a sandbox nothing keeps a lambda from writing.
  const bench = await openBench({ sandbox: 'required' });
  writeFileSync(join(bench.spaceRoot, 'hello.txt'), 'hello');
  const task = taskFor(bench, 'onedata/lambda-calculate-checksum-mounted:v2', { readonly: true, streams: ['stats'] });
  const handle = await prepare(bench, task);
  const config = { algorithm: 'md5', metadataKey: 'k' };
  const { outcome } = await runJob(handle, [{ file: { fileId: 'f1' } }], { config, files: { f1: 'hello.txt' } });
  expect(outcome).toMatchObject({
    response: { resultsBatch: [{ exception: expect.stringMatching(/Read-only file system|Permission denied/) }] },
    streamed: expect.arrayContaining([expect.objectContaining({ value: expect.objectContaining({ tsName: 'filesProcessed', value: 1 }) })]),
  });
  await handle.dispose();
  await bench.close();
});
