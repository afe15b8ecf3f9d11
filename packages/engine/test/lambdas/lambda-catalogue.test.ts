import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { imageMatches, repositoryOf } from '../../src/lambdas/catalogue/image-name.ts';
import { loadCatalogue, type LambdaCatalogue } from '../../src/lambdas/catalogue/lambda-catalogue.ts';
import { parseLambdaFile } from '../../src/lambdas/catalogue/lambda-yaml.ts';

describe('image names', () => {
  test.each([
    ['onedata/lambda-echo', 'onedata/lambda-echo'],
    ['onedata/lambda-echo:v9', 'onedata/lambda-echo'],
    ['any.registry/onedata/lambda-echo:v9', 'onedata/lambda-echo'],
    ['localhost/onedata/lambda-echo', 'onedata/lambda-echo'],
    ['registry:5000/onedata/lambda-echo', 'onedata/lambda-echo'],
    ['onedata/lambda-echo@sha256:00ff', 'onedata/lambda-echo'],
    ['lambda-echo:v1', 'lambda-echo'],
  ])('lose registry and tag: %s', (image, repository) => {
    expect(repositoryOf(image)).toBe(repository);
  });

  test('match a pattern as a whole, dots being dots', () => {
    expect(imageMatches('onedata/lambda-*', 'x.org/onedata/lambda-echo:v1')).toBe(true);
    expect(imageMatches('onedata/lambda-echo', 'onedata/lambda-echo-two')).toBe(false);
    expect(imageMatches('a/b.c', 'a/bxc')).toBe(false);
  });
});

describe('lambda.yaml', () => {
  test.each([
    ['name: a\npython: h.py\ncolour: red\n', /x\.yaml: unknown key "colour"/],
    ['name: a\n', /exactly one of the keys.*found 0/],
    ['name: a\npython: h.py\nhttp: http://x\n', /exactly one of the keys.*found 2/],
    ['python: h.py\n', /key "name"/],
    ['name: a\nimages: b\npython: h.py\n', /key "images"/],
    ['name: a\nimages: [1]\npython: h.py\n', /key "images\[0\]"/],
    ['name: a\npython: ../h.py\n', /key "python".*inside/],
    ['name: a\nhttp: ftp:nothing\n', /key "http"/],
    ['name: a\npython: h.py\nreuse: yes please\n', /key "reuse"/],
    ['name: a\npython: h.py\nconcurrency: 0\n', /key "concurrency"/],
    ['name: a\njavascript: h.ts\nrequirements: r.txt\n', /key "requirements"/],
    ['- a\n', /mapping/],
    ['name: [\n', /x\.yaml: /],
  ])('refuses %j naming file and key', (text, problem) => {
    const parsed = parseLambdaFile('x.yaml', text);
    expect(parsed.ok ? null : parsed.problem).toMatch(problem);
  });

  test('fills in the defaults', () => {
    expect(parseLambdaFile('x.yaml', 'name: a\npython: handler.py\n')).toEqual({
      ok: true,
      file: {
        name: 'a',
        images: [],
        kind: 'python',
        entry: 'handler.py',
        requirements: null,
        network: false,
        reuse: false,
        concurrency: null,
      },
    });
  });
});

describe('the catalogue', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'catalogue-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const add = (path: string, text: string): string => {
    mkdirSync(join(directory, path), { recursive: true });
    writeFileSync(join(directory, path, 'lambda.yaml'), text);
    writeFileSync(join(directory, path, 'h.py'), '');
    return join(directory, path);
  };
  const load = async (lambdaDirs: readonly string[], mappings: Record<string, string> = {}): Promise<LambdaCatalogue> => {
    const loaded = await loadCatalogue({ lambdaDirs, builtInDir: join(directory, 'built-in'), mappings });
    if (!loaded.ok) {
      throw new Error(loaded.problems.join('\n'));
    }
    return loaded.catalogue;
  };
  const nameOf = (catalogue: LambdaCatalogue, image: string): string | null => {
    const found = catalogue.find(image);
    return found.kind === 'found' ? found.entry.name : null;
  };

  test('prefers mappings to folders and folders to what is built in', async () => {
    add('built-in/echo', 'name: built-in\nimages: [o/echo]\npython: h.py\n');
    expect(nameOf(await load([]), 'r.io/o/echo:v1')).toBe('built-in');
    add('mine/echo', 'name: mine\nimages: [o/echo]\npython: h.py\n');
    expect(nameOf(await load([join(directory, 'mine')]), 'r.io/o/echo:v1')).toBe('mine');
    expect(nameOf(await load([join(directory, 'mine/echo')]), 'r.io/o/echo:v1')).toBe('mine');
    const mapped = await load([join(directory, 'mine')], { 'o/echo': 'http://127.0.0.1:1/f', 'o/other': join(directory, 'mine/echo') });
    expect(mapped.find('o/echo')).toMatchObject({ kind: 'found', entry: { kind: 'http', entry: 'http://127.0.0.1:1/f' } });
    expect(nameOf(mapped, 'o/other:v2')).toBe('mine');
  });

  test('reports every broken file and folder together', async () => {
    add('mine/one', 'name: one\nfoo: 1\npython: h.py\n');
    add('mine/two', 'name: two\npython: gone.py\n');
    const loaded = await loadCatalogue({
      lambdaDirs: [join(directory, 'mine'), join(directory, 'nowhere')],
      builtInDir: join(directory, 'built-in'),
      mappings: { a: join(directory, 'nothing') },
    });
    expect(loaded.ok ? [] : loaded.problems).toEqual([
      expect.stringMatching(/one\/lambda\.yaml: unknown key "foo"/),
      expect.stringMatching(/two\/lambda\.yaml: key "python": there is no file gone\.py/),
      expect.stringMatching(/nowhere: no such folder/),
      expect.stringMatching(/lambdaMappings "a"/),
    ]);
  });

  test('reports a folder that cannot be read', async () => {
    writeFileSync(join(directory, 'file'), '');
    const loaded = await loadCatalogue({ lambdaDirs: [], builtInDir: join(directory, 'file'), mappings: {} });
    expect(loaded).toMatchObject({ ok: false, problems: [expect.stringContaining('ENOTDIR')] });
  });
});
