/**
 * Mistakes put into the code on purpose, one at a time, each of which must make a test fail that cites the rule it breaks
 * (design T9). `node scripts/mutants.ts [WORD]`: only mutants whose section, rule or file contains the word.
 *
 * The mutants are data, in test/mutants. Everything happens in a copy of the project in a temporary folder, so nobody who
 * works in the project ever sees a mutant, and processes that a test starts see it as well. The copy has its own links to
 * the packages. One Vitest process serves all mutants, and runs for each of them the tests alone that cite its rule; the
 * unchanged code must pass first and last.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { createVitest, type Reporter, type TestModule, type Vitest } from 'vitest/node';
import type { Mutant } from '../test/mutants/mutant.ts';
import { cites, citingTests, type Reference } from './rules/citations.ts';

const root = join(import.meta.dirname, '..');
const [word = ''] = process.argv.slice(2);
const startedAt = Date.now();

const mutants = (await allMutants()).filter(({ section, rule, file }) => `${section} ${rule} ${file}`.includes(word));
const copy = mkdtempSync(join(tmpdir(), 'laneway-mutants-'));
try {
  copyProject();
  process.exitCode = await judgeAll();
} finally {
  rmSync(copy, { recursive: true, force: true });
}

async function allMutants(): Promise<readonly Mutant[]> {
  const folder = join(root, 'test/mutants');
  const files = readdirSync(folder)
    .filter((name) => name !== 'mutant.ts')
    .sort();
  const modules = await Promise.all(files.map((name) => import(join(folder, name)) as Promise<{ readonly mutants: readonly Mutant[] }>));
  return modules.flatMap((module) => module.mutants);
}

function copyProject(): void {
  const isCopied = (path: string): boolean => !/(?:^|\/)(?:node_modules|laneway-data|\.git)(?:\/|$)/.test(relative(root, path));
  for (const name of ['packages', 'lambdas', 'test', 'scripts', 'examples', 'docs', 'package.json', 'tsconfig.json', 'vitest.config.ts'])
    cpSync(join(root, name), join(copy, name), { recursive: true, filter: isCopied });
  const modules = join(root, 'node_modules');
  mkdirSync(join(copy, 'node_modules/@laneway'), { recursive: true });
  for (const name of readdirSync(modules)) {
    // What the tests of the project itself left behind stays theirs.
    if (!['@laneway', '.cache'].includes(name) && !name.startsWith('.vite'))
      symlinkSync(join(modules, name), join(copy, 'node_modules', name));
  }
  for (const name of readdirSync(join(root, 'packages')))
    symlinkSync(join('../../packages', name), join(copy, 'node_modules/@laneway', name));
}

async function judgeAll(): Promise<number> {
  const files = [...new Set(mutants.flatMap(({ tests }) => tests))];
  const vitest = await openVitest();
  try {
    if (!(await passesUnchanged(vitest, files))) return 1;
    let survivorCount = 0;
    for (const mutant of mutants) {
      const verdict = await judge(vitest, mutant);
      if (!verdict.isKilled) survivorCount += 1;
      console.log(`${verdict.isKilled ? 'killed  ' : 'SURVIVED'} ${nameOf(mutant)} → ${verdict.by}`);
    }
    const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
    console.log(`mutants: ${mutants.length - survivorCount} killed, ${survivorCount} survived (${seconds} s)`);
    // Once more, or a mutant that was left behind would have killed for the others.
    const isClean = await passesUnchanged(vitest, files);
    return isClean && survivorCount === 0 && mutants.length > 0 ? 0 : 1;
  } finally {
    await vitest.close();
  }
}

async function passesUnchanged(vitest: Vitest, files: readonly string[]): Promise<boolean> {
  vitest.setGlobalTestNamePattern(citingTests(mutants.map(citationOf)));
  const broken = failedTests(await run(vitest, files));
  if (broken.length > 0) console.error(`fails without any mutant: ${broken.join('; ')}`);
  return broken.length === 0;
}

/** Tests that need PostgreSQL are left out, so it is not started. */
async function openVitest(): Promise<Vitest> {
  const silent: Reporter = {};
  const options = { root: copy, config: join(copy, 'vitest.config.ts'), watch: false, reporters: [silent], bail: 0, silent: true };
  return createVitest('test', { ...options, globalSetup: [] });
}

async function run(vitest: Vitest, files: readonly string[]): Promise<readonly TestModule[]> {
  const specifications = (await vitest.globTestSpecifications([...files])).filter(({ moduleId }) =>
    files.includes(relative(copy, moduleId)),
  );
  if (specifications.length !== files.length) throw new Error(`not all of these are test files: ${files.join(', ')}`);
  const { testModules } = await vitest.runTestSpecifications(specifications);
  // It remembers the modules of earlier runs as well.
  return testModules.filter(({ moduleId }) => files.includes(relative(copy, moduleId)));
}

interface Verdict {
  readonly isKilled: boolean;
  readonly by: string;
}

async function judge(vitest: Vitest, mutant: Mutant): Promise<Verdict> {
  const path = join(copy, mutant.file);
  const text = readFileSync(path, 'utf8');
  const count = text.split(mutant.find).length - 1;
  if (count !== 1) return { isKilled: false, by: `the text occurs ${count} times in ${mutant.file}` };
  const write = (content: string): void => {
    writeFileSync(path, content);
    vitest.invalidateFile(path);
  };
  write(text.replace(mutant.find, () => mutant.replace));
  const { reference, cited } = citationOf(mutant);
  vitest.setGlobalTestNamePattern(citingTests([{ reference, cited }]));
  try {
    const failed: string[] = [];
    for (const file of mutant.tests) {
      failed.push(...failedTests(await run(vitest, [file])));
      const witness = failed.find((title) => cites(reference, title, cited));
      if (witness !== undefined) return { isKilled: true, by: witness };
    }
    return { isKilled: false, by: failed[0] ?? `no test that cites ${cited} failed` };
  } finally {
    write(text);
  }
}

/** `file › title` of each; a file that does not even load counts by its name. */
function failedTests(modules: readonly TestModule[]): readonly string[] {
  return modules.flatMap((module) => {
    const file = relative(copy, module.moduleId).split('/').at(-1) ?? '';
    const failed = [...module.children.allTests('failed')].map((test) => `${file} › ${test.name}`);
    return failed.length === 0 && module.state() === 'failed' ? [`${file} does not load`] : failed;
  });
}

/** What a test must cite to notice the mutant. */
function citationOf({ section, rule }: Mutant): { readonly reference: Reference; readonly cited: string } {
  return { reference: section.split(' ')[0] as Reference, cited: rule };
}

function nameOf({ section, rule, file, find, replace }: Mutant): string {
  const short = (text: string): string => {
    const line = text.replaceAll(/\s+/g, ' ').trim();
    return line.length > 48 ? `${line.slice(0, 47)}…` : line;
  };
  return `${section} ${rule} ${file.split('/').at(-1)}: ${short(find)} ⇒ ${short(replace) || '(gone)'}`;
}
