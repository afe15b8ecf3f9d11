import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newWorld, type Person, type World } from './support/world.ts';

const op = '/api/v3/oneprovider';
let world: World;
let owner: Person;
let stranger: Person;
let fileId: string;

beforeEach(async () => {
  world = await newWorld();
  owner = await world.person('Owner');
  stranger = await world.person('Stranger');
  const spaceId = await world.space(owner, 'data');
  const space = await world.deps.spaces.get(spaceId);
  await mkdir(join(space!.path, 'dir'));
  await writeFile(join(space!.path, 'dir', 'file.txt'), 'hello world');
  const found = await world.post(`${op}/lookup-file-id/data/dir/file.txt`, owner);
  expect(found.status).toBe(200);
  fileId = found.body.fileId;
});

afterEach(async () => {
  await world.close();
});

describe('files (lambdas §12)', () => {
  it('content: whole, a range, and a range beyond the end (lambdas R138)', async () => {
    const url = `${op}/data/${fileId}/content`;
    const whole = await world.get(url, owner);
    expect([whole.status, whole.text, whole.headers['content-length']]).toEqual([200, 'hello world', '11']);
    const part = await world.request('GET', url, { as: owner, headers: { range: 'bytes=6-8' } });
    expect([part.status, part.text, part.headers['content-range']]).toEqual([206, 'wor', 'bytes 6-8/11']);
    const beyond = await world.request('GET', url, { as: owner, headers: { range: 'bytes=11-' } });
    expect([beyond.status, beyond.headers['content-range']]).toEqual([416, 'bytes */11']);
  });

  it('a space whose disk is away is listed with the others, and shown (rest §5.9)', async () => {
    const lostId = await world.space(owner, 'lost');
    const list = async (): Promise<unknown> => (await world.get(`${op}/spaces`, owner)).body;
    const before = await list();
    expect(before).toMatchObject([{ name: 'data' }, { name: 'lost', spaceId: lostId }]);
    await rm((await world.deps.spaces.get(lostId))!.path, { recursive: true });
    expect(await list()).toEqual(before);
    const shown = await world.get(`${op}/spaces/${lostId}`, owner);
    expect([shown.status, shown.body.name]).toEqual([200, 'lost']);
    const root = await world.get(`${op}/data/${shown.body.fileId}`, owner);
    expect([root.error, root.body.error.details]).toEqual(['posix', { errno: 'enoent' }]);
  });

  it('a space is found by its name among those of the caller, and by its id where names are not enough (lambdas §12)', async () => {
    const lookUp = async (space: string, as: Person): Promise<readonly unknown[]> => {
      const { status, error, body } = await world.post(`${op}/lookup-file-id/${space}`, as);
      return [status, error ?? body.fileId];
    };
    const [, own] = await lookUp('data', owner);
    const otherId = await world.space(stranger, 'data');
    expect(await lookUp('data', owner)).toEqual([200, own]);
    expect(await lookUp(otherId, owner)).toEqual([400, 'posix']);
    const member = { container: { type: 'space', id: otherId }, member: { type: 'user', id: owner.id } } as const;
    await world.registry.members.add({ ...member, privileges: ['space_read_data'], owner: false });
    expect(await lookUp('data', owner)).toEqual([400, 'badValueAmbiguousId']);
    expect(await lookUp(otherId, owner)).toEqual(await lookUp('data', stranger));
  });

  it('extended attributes are merged, read and removed (lambdas R139)', async () => {
    const url = `${op}/data/${fileId}/metadata/xattrs`;
    expect((await world.send('PUT', url, owner, { one: 1, two: { a: [] } })).status).toBe(204);
    expect((await world.send('PUT', url, owner, { one: 'x' })).status).toBe(204);
    expect((await world.get(url, owner)).body).toEqual({ one: 'x', two: { a: [] } });
    expect((await world.send('DELETE', url, owner, { keys: ['one'] })).status).toBe(204);
    expect((await world.get(url, owner)).body).toEqual({ two: { a: [] } });
  });

  it('lists a directory and shows attributes', async () => {
    const { body } = await world.post(`${op}/lookup-file-id/data/dir`, owner);
    expect((await world.get(`${op}/data/${body.fileId}/children`, owner)).body).toMatchObject({
      children: [{ fileId, name: 'file.txt' }],
      isLast: true,
    });
    expect((await world.get(`${op}/data/${fileId}?attribute=name`, owner)).body).toEqual({ name: 'file.txt' });
  });

  it('what is asked for is looked at first, also for a guest and a file that is not there (rest R48)', async () => {
    const urls = ['children?limit=0', 'children?token=a&token=b', 'metadata/xattrs?attribute=a&attribute=b', '?attribute=none'];
    for (const url of urls) {
      const answers = [
        await world.get(`${op}/data/none/${url}`.replace('/?', '?'), null),
        await world.get(`${op}/data/${fileId}/${url}`.replace('/?', '?'), owner),
      ];
      expect([url, ...answers.map(({ status }) => status)]).toEqual([url, 400, 400]);
      expect(answers[0]?.error).toMatch(/^badValue(?:NotInRange|String|NotAllowed)$/);
    }
  });

  it('guests 401, strangers EACCES, unknown ids and paths outside ENOENT or EINVAL', async () => {
    expect((await world.get(`${op}/data/${fileId}`, null)).status).toBe(401);
    expect((await world.get(`${op}/data/${fileId}`, stranger)).body.error.details).toEqual({ errno: 'eacces' });
    expect((await world.get(`${op}/data/none`, owner)).body.error.details).toEqual({ errno: 'enoent' });
    expect((await world.post(`${op}/lookup-file-id/data/dir/file.txt`, stranger)).status).toBe(400);
    expect((await world.post(`${op}/lookup-file-id/data/..%2f..%2fetc/passwd`, owner)).status).toBe(400);
  });

  it('a read-only token does not write (rest §2.4)', async () => {
    const confined = await world.confined(owner, [{ type: 'data.readonly' }]);
    expect((await world.get(`${op}/data/${fileId}`, confined)).status).toBe(200);
    const write = await world.send('PUT', `${op}/data/${fileId}/metadata/xattrs`, confined, { a: 1 });
    expect([write.status, write.body.error.details.authError.id]).toEqual([401, 'tokenCaveatUnverified']);
  });
});
