/** `laneway workflow` and `laneway lambda` against a server with a real registry. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { lambdaRevision, newWorld, workflowRevision, type Person, type World } from '../../server/test/support/world.ts';
import { runCommand } from './support/command-line.ts';

let world: World;
let owner: Person;
let url: string;
let folder: string;

beforeEach(async () => {
  world = await newWorld();
  owner = await world.person('Owner');
  url = await world.app.listen({ host: '127.0.0.1', port: 0 });
  folder = mkdtempSync(join(tmpdir(), 'laneway-cli-'));
  await laneway('inventory', 'create', 'workflows');
});
afterEach(async () => {
  await world.close();
  rmSync(folder, { recursive: true });
});

const laneway = async (...args: readonly string[]): Promise<string> => await runCommand(url, owner, args);
const jsonOf = async (...args: readonly string[]): Promise<any> => JSON.parse(await laneway(...args, '--json'));

function fileOf(name: string, value: unknown): string {
  const file = join(folder, name);
  writeFileSync(file, JSON.stringify(value));
  return file;
}

const lambdaFile = (number = 1): string =>
  fileOf('echo.json', {
    revision: {
      schemaFormatVersion: 2,
      originalRevisionNumber: number,
      atmLambdaRevision: { ...lambdaRevision('echo'), checksum: undefined },
    },
  });

const workflowFile = (name: string, lambdaId: string): string =>
  fileOf('workflow.json', {
    name,
    summary: 'sums',
    originalAtmWorkflowSchemaId: null,
    revision: {
      schemaFormatVersion: 2,
      originalRevisionNumber: 1,
      atmWorkflowSchemaRevision: workflowRevision([[lambdaId, 1]]),
      supplementaryAtmLambdas: {},
    },
  });

describe('a lambda', () => {
  test('is imported, gets further revisions, and is dumped so that it can be imported again (rest R119, R120)', async () => {
    const lambdaId = await laneway('lambda', 'import', lambdaFile());
    expect(await jsonOf('lambda', 'list', '--inventory', 'workflows')).toEqual([{ lambdaId, name: 'echo', revisions: [1] }]);
    await expect(laneway('lambda', 'import', lambdaFile(), '--into', 'echo')).rejects.toMatchObject({ error: { id: 'alreadyExists' } });
    await laneway('lambda', 'import', lambdaFile(), '--into', 'echo', '--revision', '2');
    const file = join(folder, 'dump.json');
    await laneway('lambda', 'dump', 'echo', '--revision', '1', '--revision-only', '--output', file);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      originalRevisionNumber: 1,
      atmLambdaRevision: { _data: expect.anything() },
    });
    await laneway('lambda', 'import', file, '--into', 'echo', '--revision', '3');
    expect((await jsonOf('lambda', 'list', '--inventory', 'workflows'))[0].revisions).toEqual([1, 2, 3]);
    await laneway('lambda', 'dump', 'echo', '--output', file);
    await laneway('inventory', 'create', 'other');
    await laneway('lambda', 'import', file, '--inventory', 'other');
    await expect(laneway('lambda', 'show', 'echo')).rejects.toMatchObject({ message: '2 lambdas are called "echo"' });
    await expect(laneway('lambda', 'dump', lambdaId, '--revision', '9')).rejects.toMatchObject({ hint: 'it has 1, 2, 3' });
  });

  test('changes its state, and goes into inventories and out of them (rest R120, R122)', async () => {
    const lambdaId = await laneway('lambda', 'import', lambdaFile());
    await laneway('lambda', 'edit', 'echo', '--state', 'deprecated');
    await laneway('inventory', 'create', 'other');
    await laneway('lambda', 'link', 'echo', 'other');
    const shown = await jsonOf('lambda', 'show', 'echo');
    expect(shown.revisionRegistry['1'].state).toBe('deprecated');
    expect(shown.inventories).toHaveLength(2);
    await laneway('lambda', 'unlink', 'echo', 'workflows');
    expect(await laneway('lambda', 'show', lambdaId)).toMatch(/name: +echo/);
    await laneway('lambda', 'unlink', 'echo', 'other');
    await expect(laneway('lambda', 'show', lambdaId)).rejects.toThrow('there is no lambda');
  });

  test('is no file of something else', async () => {
    const file = fileOf('other.json', { revision: { originalRevisionNumber: 1 } });
    await expect(laneway('lambda', 'import', file)).rejects.toThrow('is no dump of a lambda');
    await expect(laneway('lambda', 'import', lambdaFile(), '--revision', '2')).rejects.toThrow('--revision needs --into');
  });
});

describe('a workflow', () => {
  test('is imported, listed, shown, edited and deleted (rest R124, R129)', async () => {
    const lambdaId = await laneway('lambda', 'import', lambdaFile());
    const workflowId = await laneway('workflow', 'import', workflowFile('checksums', lambdaId));
    expect(await jsonOf('workflow', 'list')).toMatchObject([{ workflowId, name: 'checksums', inventory: 'workflows', revisions: [1] }]);
    expect(await laneway('workflow', 'show', 'checksums')).toMatch(new RegExp(`lambdas: +${lambdaId}\n[^]*stable`));
    await laneway('workflow', 'edit', 'checksums', '--name', 'sums', '--summary', 'all of them', '--state', 'draft');
    const edited = await jsonOf('workflow', 'show', 'sums');
    expect(edited).toMatchObject({ name: 'sums', summary: 'all of them', revisionRegistry: { 1: { state: 'draft' } } });
    await laneway('workflow', 'import', workflowFile('ignored', lambdaId), '--into', 'sums', '--revision', '4');
    await laneway('workflow', 'delete', 'sums', '--revision', '1');
    expect((await jsonOf('workflow', 'list'))[0].revisions).toEqual([4]);
    await laneway('workflow', 'delete', 'sums');
    expect(await laneway('workflow', 'list', '--json')).toBe('[]');
    await expect(laneway('workflow', 'edit', 'sums')).rejects.toThrow('nothing to change');
  });

  test('is dumped and comes back the same, also its revision alone (rest R123, R128)', async () => {
    const lambdaId = await laneway('lambda', 'import', lambdaFile());
    await laneway('workflow', 'import', workflowFile('checksums', lambdaId));
    const [whole, revision] = [join(folder, 'whole.json'), join(folder, 'revision.json')];
    await laneway('workflow', 'dump', 'checksums', '--output', whole);
    await laneway('workflow', 'dump', 'checksums', '--revision-only', '--output', revision);
    await laneway('workflow', 'create', 'copy', '--summary', 'a copy');
    await laneway('workflow', 'import', revision, '--into', 'copy');
    const [first, second] = [await jsonOf('workflow', 'show', 'checksums'), await jsonOf('workflow', 'show', 'copy')];
    expect(second.revisionRegistry).toEqual(first.revisionRegistry);
    await laneway('inventory', 'create', 'other');
    await laneway('workflow', 'import', whole, '--inventory', 'other');
    expect(await jsonOf('workflow', 'list', '--inventory', 'other')).toMatchObject([{ name: 'checksums', summary: 'sums' }]);
    await expect(laneway('workflow', 'import', whole)).rejects.toMatchObject({
      message: 'you are in several inventories',
      hint: expect.stringContaining('other') as string,
    });
  });
});
