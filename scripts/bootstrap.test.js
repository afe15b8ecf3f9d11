import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { firstDifference } from './bootstrap/dependencies.js';
import { chooseNode, isNewEnough } from './bootstrap/node.js';
import { missingPackages } from './bootstrap/test-needs.js';

const machine = { platform: 'linux', arch: 'x64' };
const locked = {
  '': { optionalDependencies: { 'pinned-node': '24.0.0', 'pinned-node-mac': '24.0.0' } },
  'packages/model': { version: '0.1.0' },
  'node_modules/fastify': { version: '5.0.0', integrity: 'a' },
  'node_modules/optional-inner': { version: '1.0.0', integrity: 'b', optional: true },
  'node_modules/pinned-node': { version: '24.0.0', integrity: 'c', optional: true, os: ['linux'], cpu: ['x64'] },
  'node_modules/pinned-node-mac': { version: '24.0.0', integrity: 'd', optional: true, os: ['darwin'], cpu: ['arm64'] },
};
const installed = {
  'node_modules/fastify': { version: '5.0.0', integrity: 'a' },
  'node_modules/pinned-node': { version: '24.0.0', integrity: 'c' },
};

const folder = mkdtempSync(join(tmpdir(), 'laneway-bootstrap-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function checkoutWithNode(version) {
  const root = mkdtempSync(join(folder, 'checkout-'));
  mkdirSync(join(root, 'node_modules/.bin'), { recursive: true });
  writeFileSync(join(root, 'node_modules/.bin/node'), `#!/bin/sh\necho ${version}\n`);
  chmodSync(join(root, 'node_modules/.bin/node'), 0o755);
  return root;
}

describe('what is installed', () => {
  test('needs no installation when every locked package is there', () => {
    expect(firstDifference(locked, installed, machine)).toBeUndefined();
  });

  test('a missing package is named', () => {
    expect(firstDifference(locked, { ...installed, 'node_modules/fastify': undefined }, machine)).toBe('node_modules/fastify');
  });

  test('another version or other content counts as missing', () => {
    const other = (change) => ({ ...installed, 'node_modules/fastify': { version: '5.0.0', integrity: 'a', ...change } });
    expect(firstDifference(locked, other({ version: '4.9.0' }), machine)).toBe('node_modules/fastify');
    expect(firstDifference(locked, other({ integrity: 'z' }), machine)).toBe('node_modules/fastify');
  });

  test('the pinned Node of this machine must be there, that of another machine need not', () => {
    expect(firstDifference(locked, { ...installed, 'node_modules/pinned-node': undefined }, machine)).toBe('node_modules/pinned-node');
  });
});

describe('which Node runs', () => {
  test('the pinned one wins over the one that started us', () => {
    const root = checkoutWithNode('v24.21.0');
    expect(chooseNode(root, { execPath: '/old/node', version: 'v20.1.0' })).toBe(join(root, 'node_modules/.bin/node'));
  });

  test('without a pinned one, a new enough Node is used as it is', () => {
    expect(chooseNode(folder, { execPath: '/new/node', version: 'v25.0.0' })).toBe('/new/node');
  });

  test('an old Node without a pinned one is refused with both versions', () => {
    expect(() => chooseNode(folder, { execPath: '/old/node', version: 'v20.1.0' })).toThrow(/needs Node 24 or newer and this is v20\.1\.0/);
  });

  test('versions are compared as numbers', () => {
    expect([isNewEnough('v24.0.0'), isNewEnough('v100.0.0'), isNewEnough('v9.9.9'), isNewEnough('nonsense')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

test.each(['', 'packages/cli'])('npm ci links every command of the package "%s": the lock file knows them', (path) => {
  const read = (file) => JSON.parse(readFileSync(join(import.meta.dirname, '..', file), 'utf8'));
  const { bin } = read(join(path, 'package.json'));
  expect(Object.keys(bin)).toContain('oneprovider-rest-cli');
  expect(read('package-lock.json').packages[path].bin).toEqual(bin);
});

test('every missing need is named together with its packages, none is skipped', () => {
  const needs = [
    { what: 'one', packages: ['a'], isThere: () => true },
    { what: 'two', packages: ['b', 'c'], isThere: () => false },
    { what: 'three', packages: ['d'], isThere: () => false },
  ];
  expect(missingPackages(folder, needs)).toEqual({ what: ['two', 'three'], packages: ['b', 'c', 'd'] });
});
