/** Titles of all tests, read from their sources. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface TestTitle {
  /** From the root of the project. */
  readonly file: string;
  readonly title: string;
}

const folders = ['packages', 'test', 'lambdas'];

/** A string that is followed by the function of a test; what comes before it tells whether it is one of a `describe`. */
const candidate = /(?<=\(\s*)(['"`])((?:\\.|(?!\1)[^\\\n])+)\1\s*,\s*(?:async\b|\(|\{|\w+\s*=>)/g;
/** The name of a case in the table of a `test.each`, when it cites something. */
const namedCase = /(?<=\[\s*)(['"`])((?:\\.|(?!\1)[^\\\n])+\([^()\n]*\b[RP]\d+[^()\n]*\))\1\s*,/g;
const opener = /\b(test|it|describe)(?:\.\w+)*\s*\(/g;

export function testTitles(root: string): readonly TestTitle[] {
  const files = folders.flatMap((folder) => testFiles(root, folder)).sort();
  return files.flatMap((file) => titlesIn(readFileSync(join(root, file), 'utf8')).map((title) => ({ file, title })));
}

function testFiles(root: string, folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : testFiles(root, path);
    return /\.(?:test|testsuite)\.ts$/.test(entry.name) ? [path] : [];
  });
}

export function titlesIn(source: string): readonly string[] {
  const titles = [...source.matchAll(candidate)].filter(
    (match) => [...source.slice(0, match.index).matchAll(opener)].at(-1)?.[1] !== 'describe',
  );
  return [...titles, ...source.matchAll(namedCase)].map((match) => (match[2] ?? '').replaceAll(/\\(.)/g, '$1'));
}
