/** What really has to be installed for a Python lambda. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Modules of ours stand in for these (design §7); `cffi` is only there for `xattr`. */
const STOOD_IN = new Set(['onedata-lambda-utils', 'xattr']);
/** Provided by the base image without being listed (lambdas §9.1). */
const PROVIDED_BY_BASE = [{ module: 'requests', requirement: 'requests' }];

/** Lines for pip, sorted; empty when nothing has to be installed. */
export async function effectiveRequirements(folder: string, requirementsFile: string | null): Promise<readonly string[]> {
  const listed = requirementsFile === null ? [] : parse(await readFile(join(folder, requirementsFile), 'utf8'));
  const source = await readSources(folder);
  const usesModule = (module: string): boolean => new RegExp(`^\\s*(import|from)\\s+${module}\\b`, 'm').test(source);
  const dropsXattr = listed.some((line) => packageName(line) === 'xattr');
  const kept = listed.filter((line) => {
    const name = packageName(line);
    return !STOOD_IN.has(name) && !(name === 'cffi' && dropsXattr && !usesModule('cffi'));
  });
  const missing = PROVIDED_BY_BASE.filter(
    ({ module, requirement }) => usesModule(module) && !kept.some((line) => packageName(line) === requirement),
  );
  return [...kept, ...missing.map(({ requirement }) => requirement)].sort();
}

function parse(text: string): string[] {
  return text
    .replace(/\\\n/g, ' ')
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '');
}

function packageName(line: string): string {
  const [name = ''] = line.split(/[\s<>=!~;@[(]/, 1);
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

async function readSources(folder: string): Promise<string> {
  const names = await readdir(folder, { recursive: true });
  const sources = names
    .filter((name) => name.endsWith('.py'))
    .map(async (name) => await readFile(join(folder, name), 'utf8').catch(() => ''));
  return (await Promise.all(sources)).join('\n');
}
