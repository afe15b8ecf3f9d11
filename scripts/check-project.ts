/** Nothing in the project may depend on, or tell about, the machine it was written on. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = dirname(import.meta.dirname);

/** This file holds the patterns, so it is the one that is not looked into. */
const self = 'scripts/check-project.ts';

const forbidden: readonly { readonly pattern: RegExp; readonly why: string }[] = [
  { pattern: /(?<![\w.~-])\/(?:work|root|home\/[a-z]\w*)\//, why: 'a path of a machine' },
  { pattern: /"resolved": "(?!https:\/\/registry\.npmjs\.org\/|packages\/)/, why: 'a registry host of a machine' },
  { pattern: /\.\.\/shared\/(?:reference|workflows)/, why: 'a folder outside of the project' },
  { pattern: /BEGIN [A-Z ]*PRIVATE KEY/, why: 'a private key' },
  { pattern: /\b(?:TODO|FIXME|XXX)\b/, why: 'an unfinished note' },
  { pattern: /^(?:<{7}|>{7}) /m, why: 'a merge conflict' },
];
const maxFileBytes = 1024 * 1024;
/** Folders that git keeps and that do not belong there. */
const generated = /(?:^|\/)(?:node_modules|laneway-data|coverage|\.cache)\//;

const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], { cwd: root, encoding: 'utf8' });
const problems: string[] = [];
for (const file of listed.split('\0').filter((name) => name !== '' && name !== self && existsSync(join(root, name)))) check(file);
checkDependencyReasons();
for (const problem of problems) process.stderr.write(`${problem}\n`);
if (problems.length > 0) process.exitCode = 1;

function check(file: string): void {
  if (generated.test(file)) problems.push(`${file}: generated, must not be in the repository`);
  const bytes = readFileSync(join(root, file));
  if (bytes.length > maxFileBytes) problems.push(`${file}: ${bytes.length} bytes, at most ${maxFileBytes}`);
  if (bytes.includes(0)) return; // Not text.
  const text = bytes.toString();
  for (const { pattern, why } of forbidden) {
    const match = pattern.exec(text);
    if (match !== null) problems.push(`${file}:${text.slice(0, match.index).split('\n').length}: ${why}: ${match[0].trim()}`);
  }
}

/** Each dependency has a line of reason. */
function checkDependencyReasons(): void {
  const page = readFileSync(join(root, 'docs/dependencies.md'), 'utf8');
  const manifests = ['package.json', ...readdirSync(join(root, 'packages')).map((name) => `packages/${name}/package.json`)];
  for (const file of manifests) {
    const manifest = JSON.parse(readFileSync(join(root, file), 'utf8')) as Readonly<
      Record<string, Readonly<Record<string, string>> | undefined>
    >;
    const names = ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) => Object.keys(manifest[kind] ?? {}));
    for (const name of names) {
      const row = new RegExp(`^\\|[^|]*(?<![\\w/-])${name}(?![\\w/-])[^|]*\\|`, 'm');
      if (!name.startsWith('@laneway/') && !row.test(page)) problems.push(`${file}: ${name} has no line in docs/dependencies.md`);
    }
  }
}
