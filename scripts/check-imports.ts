/**
 * The layers of the packages: each imports only those below it, only what it declares, and only through the package's
 * entry; the checker of the property tests imports none of them. Cycles between files are found by the linter.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';

const root = dirname(import.meta.dirname);

/** Package → packages of ours that its sources may import. */
const layers: Readonly<Record<string, readonly string[]>> = {
  model: [],
  'lambda-kit': [],
  engine: ['model'],
  server: ['engine', 'model'],
  client: ['model'],
  cli: ['client', 'model', 'server'],
  web: ['client', 'model'],
};
/** May not touch the platform, so that they run in a browser. */
const platformFree = new Set(['model', 'client', 'web']);

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const problems: string[] = [];
for (const name of readdirSync(join(root, 'packages'))) checkPackage(name);
checkAlone(join(root, 'test/properties/checker'));
for (const problem of problems) process.stderr.write(`${problem}\n`);
if (problems.length > 0) process.exitCode = 1;

function checkPackage(name: string): void {
  const folder = join(root, 'packages', name);
  const allowed = layers[name];
  if (allowed === undefined) {
    problems.push(`packages/${name}: not in the list of layers (scripts/check-imports.ts)`);
    return;
  }
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  const declared = new Set(Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }));
  for (const dependency of declared) {
    const ours = /^@laneway\/(.*)$/.exec(dependency)?.[1];
    if (ours !== undefined && !allowed.includes(ours)) problems.push(`packages/${name}/package.json: must not depend on ${dependency}`);
  }
  for (const file of sources(join(folder, 'src'))) {
    for (const { specifier, typeOnly } of importsOf(readFileSync(file, 'utf8'))) {
      const problem = judge(name, folder, file, specifier, typeOnly, declared, manifest);
      if (problem !== undefined) problems.push(`${relative(root, file)}: "${specifier}" ${problem}`);
    }
  }
}

/** What judges the packages must not take anything from them: such a folder imports nothing but its own files. */
function checkAlone(folder: string): void {
  for (const file of sources(folder)) {
    for (const { specifier } of importsOf(readFileSync(file, 'utf8'))) {
      const isOwn = specifier.startsWith('.') && resolve(dirname(file), specifier).startsWith(`${folder}/`);
      if (!isOwn) problems.push(`${relative(root, file)}: "${specifier}" is not one of the checker's own files`);
    }
  }
}

function judge(
  name: string,
  folder: string,
  file: string,
  specifier: string,
  typeOnly: boolean,
  declared: ReadonlySet<string>,
  manifest: Manifest,
): string | undefined {
  if (specifier.startsWith('.')) {
    return resolve(dirname(file), specifier).startsWith(join(folder, 'src')) ? undefined : 'leaves the package';
  }
  if (specifier.startsWith('node:') || builtinModules.includes(specifier)) {
    if (!specifier.startsWith('node:')) return 'needs the node: prefix';
    return platformFree.has(name) ? 'is not allowed: this package runs without Node' : undefined;
  }
  const packageName = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  if (packageName === '@laneway/model' && name === 'client' && !typeOnly) return 'must be imported for types only';
  if (declared.has(packageName)) return undefined;
  return typeOnly && manifest.devDependencies?.[packageName] !== undefined ? undefined : 'is not declared in the package.json';
}

function sources(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !/\.(test|testsuite)\.tsx?$/.test(entry.name));
  return files.map((entry) => join(entry.parentPath, entry.name));
}

function importsOf(text: string): { specifier: string; typeOnly: boolean }[] {
  const statements = text.matchAll(/^(?:import|export)\s+(type\s+)?(?:[^'"`;]*?\sfrom\s+)?['"]([^'"]+)['"]/gm);
  const dynamic = text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g);
  return [
    ...[...statements].map((match) => ({ specifier: match[2] ?? '', typeOnly: match[1] !== undefined })),
    ...[...dynamic].map((match) => ({ specifier: match[1] ?? '', typeOnly: false })),
  ];
}
