import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newWorld, type Person, type World } from './support/world.ts';

const op = '/api/v3/oneprovider';
let world: World;
let owner: Person;
let stranger: Person;
let spaceId: string;

beforeEach(async () => {
  world = await newWorld();
  owner = await world.person('Owner');
  stranger = await world.person('Stranger');
  spaceId = await world.space(owner, 'data');
  const space = await world.deps.spaces.get(spaceId);
  await mkdir(join(space!.path, 'dir'));
  for (const name of ['one', 'two', 'three']) await writeFile(join(space!.path, 'dir', name), name);
});
afterEach(async () => await world.close());

async function fileId(path: string): Promise<string> {
  return (await world.post(`${op}/lookup-file-id/data/${path}`, owner)).body.fileId as string;
}

async function mark(path: string): Promise<string> {
  const made = await world.send('POST', `${op}/datasets`, owner, { rootFileId: await fileId(path), protectionFlags: [] });
  expect([made.status, made.headers['location']]).toEqual([201, expect.stringContaining(`${op}/datasets/${made.body.datasetId}`)]);
  return made.body.datasetId as string;
}

describe('datasets (lambdas §12.3)', () => {
  it('are made with 201, only once for a file with 409, and shown with everything (lambdas R137)', async () => {
    const datasetId = await mark('dir');
    const again = await world.send('POST', `${op}/datasets`, owner, { rootFileId: await fileId('dir') });
    expect([again.status, again.error]).toEqual([409, 'alreadyExists']);
    const { body } = await world.get(`${op}/datasets/${datasetId}`, owner);
    expect(body).toMatchObject({ datasetId, state: 'attached', rootFilePath: '/data/dir', rootFileType: 'DIR', parentId: null });
  });

  it('are summed up for a file: its own and those above', async () => {
    const [above, own] = [await mark('dir'), await mark('dir/one')];
    const { body } = await world.get(`${op}/data/${await fileId('dir/one')}/dataset/summary`, owner);
    expect(body).toEqual({ directDataset: own, effectiveAncestorDatasets: [above], effectiveProtectionFlags: [] });
  });

  it('are listed level by level, page by page, in the order of their paths', async () => {
    const top = await mark('dir');
    const [two, one, three] = [await mark('dir/two'), await mark('dir/one'), await mark('dir/three')];
    const ids = (answer: { body: { datasets: { datasetId: string }[] } }): string[] => answer.body.datasets.map((one) => one.datasetId);
    expect(ids(await world.get(`${op}/spaces/${spaceId}/datasets`, owner))).toEqual([top]);
    const first = await world.get(`${op}/datasets/${top}/children?limit=2`, owner);
    expect([ids(first), first.body.isLast]).toEqual([[one, three], false]);
    const second = await world.get(`${op}/datasets/${top}/children?limit=2&token=${first.body.nextPageToken}`, owner);
    expect([ids(second), second.body.isLast, second.body.nextPageToken]).toEqual([[two], true, null]);
    expect(ids(await world.get(`${op}/spaces/${spaceId}/datasets?state=detached`, owner))).toEqual([]);
  });

  it('are detached, attached again and removed', async () => {
    const datasetId = await mark('dir/one');
    const url = `${op}/datasets/${datasetId}`;
    expect((await world.send('PATCH', url, owner, { state: 'detached' })).status).toBe(204);
    expect((await world.get(url, owner)).body.state).toBe('detached');
    expect((await world.send('PATCH', url, owner, { state: 'attached' })).status).toBe(204);
    expect((await world.send('DELETE', url, owner, {})).status).toBe(204);
    expect((await world.get(url, owner)).status).toBe(404);
  });

  it('refuse what is not offered, and name the field', async () => {
    const datasetId = await mark('dir');
    const rootFileId = await fileId('dir/one');
    const post = async (body: object): Promise<unknown[]> => {
      const { status, error, body: answer } = await world.send('POST', `${op}/datasets`, owner, body);
      return [status, error, answer.error.details?.key];
    };
    expect(await post({})).toEqual([400, 'missingRequiredValue', 'rootFileId']);
    expect(await post({ rootFileId: 'nonsense' })).toEqual([400, 'badValueIdentifier', 'rootFileId']);
    expect(await post({ rootFileId, protectionFlags: ['data_protection'] })).toEqual([400, 'badValueListNotAllowed', 'protectionFlags']);
    expect((await world.send('PATCH', `${op}/datasets/${datasetId}`, owner, { state: 'gone' })).error).toBe('badValueNotAllowed');
    // The last ones are such as not every database could be asked for.
    for (const place of ['x', '[1,2]', '["a"]', '["\\u0000",""]', '["","\\u0000"]', '["\\ud800",""]']) {
      const token = Buffer.from(place).toString('base64url');
      const answer = await world.get(`${op}/datasets/${datasetId}/children?token=${token}`, owner);
      expect([answer.error, answer.body.error?.details.key], place).toEqual(['badData', 'token']);
    }
  });

  it('bad data comes before who asks and before what is there (rest R48, R49, R50)', async () => {
    const requests = [
      ['POST', `${op}/datasets`, { rootFileId: 5 }, 'badValueString'],
      ['POST', `${op}/datasets`, {}, 'missingRequiredValue'],
      ['POST', `${op}/datasets`, { rootFileId: 'nonsense' }, 'badValueIdentifier'],
      ['PATCH', `${op}/datasets/none`, { state: 'gone' }, 'badValueNotAllowed'],
      ['GET', `${op}/datasets/none/children?limit=0`, undefined, 'badValueNotInRange'],
      ['GET', `${op}/spaces/none/datasets?token=x`, undefined, 'badData'],
      ['GET', `${op}/spaces/none/datasets?state=gone`, undefined, 'badValueNotAllowed'],
    ] as const;
    for (const as of [null, owner])
      for (const [method, url, body, id] of requests) expect((await world.send(method, url, as, body)).error, url).toBe(id);
  });

  it('who may not mark files hears the same of those that are there and those that are not (rest R51)', async () => {
    const known = await fileId('dir/one');
    const unknown = `${known[0] === '0' ? '1' : '0'}${known.slice(1)}`;
    const member = await world.person('Member');
    await world.joinSpace(spaceId, member, ['space_view', 'space_read_data', 'space_write_data']);
    const answers = async (as: Person | null): Promise<unknown[]> => {
      const sent = await Promise.all([known, unknown].map((rootFileId) => world.send('POST', `${op}/datasets`, as, { rootFileId })));
      return sent.map(({ status, body: { error } }) => ({ status, id: error.id, description: error.description, details: error.details }));
    };
    for (const [as, id] of [
      [stranger, 'forbidden'],
      [member, 'forbidden'],
      [null, 'unauthorized'],
    ] as const) {
      const [ofKnown, ofUnknown] = await answers(as);
      expect(ofKnown).toMatchObject({ status: id === 'forbidden' ? 403 : 401, id });
      expect(ofUnknown).toEqual(ofKnown);
    }
    // Nobody has privileges in the space of a file that there is not.
    expect((await world.send('POST', `${op}/datasets`, owner, { rootFileId: unknown })).error).toBe('forbidden');
    await rm(join((await world.deps.spaces.get(spaceId))!.path, 'dir', 'one'));
    expect((await world.send('POST', `${op}/datasets`, owner, { rootFileId: known })).body.error.details).toEqual({ errno: 'enoent' });
  });

  it('guests 401, strangers 403, unknown ids 404', async () => {
    const datasetId = await mark('dir');
    expect((await world.get(`${op}/datasets/${datasetId}`, null)).status).toBe(401);
    for (const url of [`${op}/datasets/${datasetId}`, `${op}/spaces/${spaceId}/datasets`]) {
      expect((await world.get(url, stranger)).status).toBe(403);
    }
    expect((await world.send('POST', `${op}/datasets`, stranger, { rootFileId: await fileId('dir/one') })).status).toBe(403);
    expect((await world.send('DELETE', `${op}/datasets/${datasetId}`, stranger, {})).status).toBe(403);
    expect((await world.get(`${op}/datasets/none`, owner)).status).toBe(404);
  });
});
