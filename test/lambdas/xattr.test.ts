/** Value rules of extended attributes as a handler sees them (lambdas §10). */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'xattr-'));
  writeFileSync(join(directory, 'file'), '');
});
afterAll(() => rmSync(directory, { recursive: true }));

function python(script: string): string {
  const standins = new URL('../../packages/lambda-kit/python/standins', import.meta.url).pathname;
  return execFileSync('python3', ['-B', '-c', script, join(directory, 'file')], { env: { ...process.env, PYTHONPATH: standins } })
    .toString()
    .trim();
}

test.each([
  ['b""', "b''", '""'],
  ['b"plain"', "b'plain'", '"plain"'],
  ['b\'"quoted"\'', "b'quoted'", '"quoted"'],
  ['b"12"', "b'12'", '12'],
  ['b"12e5"', "b'12e5'", '1200000.0'],
  ['b"null"', "b'null'", 'null'],
  ['b"True"', "b'True'", '"True"'],
  ['b"NaN"', "b'NaN'", '"NaN"'],
  [`b'{"a": [1]}'`, `b'{"a": [1]}'`, '{"a": [1]}'],
  ['b"\\xff\\xfe"', "b'\\xff\\xfe'", '{"onedata_base64": "//4="}'],
  [`b'{"onedata_base64": "AAH/"}'`, "b'\\x00\\x01\\xff'", '{"onedata_base64": "AAH/"}'],
  ['b"123456789012345678901234567890"', "b'123456789012345678901234567890'", '"123456789012345678901234567890"'],
])('%s reads back as %s and stands for %s', (written, read, stored) => {
  const script = `
import json, sys, xattr
from xattr import values
xattr.setxattr(sys.argv[1], "key", ${written})
import os
print(xattr.getxattr(sys.argv[1], "key"))
print(json.dumps(values.stored_value(os.getxattr(sys.argv[1], "user.key"))))
`;
  expect(python(script).split('\n')).toEqual([read, stored]);
});

test('the mapping interface lists bare names, refuses text values and reserved names', () => {
  const script = `
import errno, sys, xattr
attributes = xattr.xattr(sys.argv[1])
attributes.clear()
attributes["a"] = b"1"
attributes.set("b", b"2")
print(sorted(attributes), len(attributes), "a" in attributes, attributes.get("b"), dict(attributes.items()))
del attributes["a"]
print(attributes.list(), xattr.listxattr(sys.argv[1]))
for action in (lambda: attributes["gone"], lambda: attributes.get("gone"), lambda: attributes.set("c", "text"),
               lambda: xattr.getxattr(sys.argv[1], "system.posix_acl_access"), lambda: attributes.set("onedata_json", b"1"),
               lambda: xattr.setxattr(sys.argv[1], "b", b"3", xattr.XATTR_CREATE)):
    try:
        action()
        print("allowed")
    except (KeyError, OSError, TypeError) as error:
        print(type(error).__name__, errno.errorcode.get(getattr(error, "errno", None)))
`;
  expect(python(script).split('\n')).toEqual([
    "['a', 'b'] 2 True b'2' {'a': b'1', 'b': b'2'}",
    "['b'] ('b',)",
    'KeyError None',
    'OSError ENODATA',
    'TypeError None',
    'OSError ENODATA',
    'PermissionError EPERM',
    'FileExistsError EEXIST',
  ]);
});
