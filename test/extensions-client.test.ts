/** The client and the command line over the extensions of the API, against the real server and engine. */
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { LanewayClient } from '@laneway/client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildProgram } from '../packages/cli/src/program.ts';
import { realWorld, type RealWorld } from '../packages/server/test/support/real-world.ts';
import { databaseKinds } from './support/databases.ts';

const [sqlite] = databaseKinds;
let real: RealWorld;
let client: LanewayClient;
let server: string;
let requests: string[];

beforeAll(async () => {
  real = await realWorld(sqlite!);
  requests = [];
  real.world.app.addHook('onRequest', async (request) => void requests.push(`${request.method} ${request.url.split('?')[0]}`));
  await real.world.app.listen({ host: '127.0.0.1', port: 0 });
  server = `http://127.0.0.1:${(real.world.app.server.address() as AddressInfo).port}`;
  client = new LanewayClient({ server, token: real.world.admin.token });
});
afterAll(async () => await real.close());
afterEach(() => (process.exitCode = undefined));

async function laneway(...args: readonly string[]): Promise<string> {
  const out = new PassThrough();
  const printed = text(out);
  const env = { LANEWAY_SERVER: server, LANEWAY_TOKEN: real.world.admin.token };
  try {
    await buildProgram({ out, err: new PassThrough(), interactive: false, color: false, env }, '1.2.3').parseAsync(args, { from: 'user' });
  } finally {
    out.end();
  }
  return await printed;
}

const schedule = async (schema: 'echo' | 'hang', labels: Readonly<Record<string, string>>, deadlineSec?: number): Promise<string> =>
  await client.executions.schedule({
    atmWorkflowSchemaId: real.schemas[schema],
    atmWorkflowSchemaRevisionNumber: 1,
    spaceId: real.spaceId,
    labels,
    ...(deadlineSec === undefined ? {} : { deadlineSec }),
  });

describe('laneway list', () => {
  it('shows labelled executions with one request for the space, whatever their number', async () => {
    const ids: string[] = [];
    for (let number = 0; number < 3; number += 1) ids.push(await schedule('echo', { team: 'blue', number: `${number}` }));
    for (const id of ids) await real.atStatus(id, 'finished');
    requests.length = 0;
    const listed = JSON.parse(
      await laneway('list', '--space', 'space', '--label', 'team=blue', '--status', 'finished,failed', '--json'),
    ) as { executionId: string; labels: object; status: string; phase: string }[];
    expect(listed.map((entry) => entry.executionId).toSorted()).toEqual(ids.toSorted());
    expect(listed.find((entry) => entry.executionId === ids[1])).toMatchObject({
      name: 'echo',
      space: 'space',
      status: 'finished',
      phase: 'ended',
      labels: { team: 'blue', number: '1' },
    });
    expect(requests.filter((request) => request.includes('/automation/'))).toEqual([
      `GET /api/v3/oneprovider/spaces/${real.spaceId}/automation/execution/summaries`,
    ]);
    expect(JSON.parse(await laneway('list', '--label', 'team=blue', '--label', 'number=2', '--json'))).toHaveLength(1);
    expect(JSON.parse(await laneway('list', '--limit', '2', '--json'))).toHaveLength(2);
    expect(await laneway('list', '--label', 'team=blue')).toContain('team=blue number=0');
  });

  it.each([
    ['--status', 'gone'],
    ['--phase', 'gone'],
    ['--label', 'nothing'],
    ['--limit', '0'],
  ])('refuses %s %s before it asks anybody', async (...option) => {
    requests.length = 0;
    await expect(laneway('list', ...option)).rejects.toMatchObject({ code: 'commander.invalidArgument' });
    expect(requests).toEqual([]);
  });
});

describe('laneway bulk', () => {
  it('lists in a dry run, cancels, deletes, and says by its exit code whether all were taken', async () => {
    const ids = [await schedule('hang', { bulk: 'yes' }), await schedule('hang', { bulk: 'yes' })];
    for (const id of ids) await real.atStatus(id, 'active');
    const dry = JSON.parse(await laneway('bulk', 'cancel', '--space', 'space', '--label', 'bulk=yes', '--dry-run', '--json')) as {
      results: { atmWorkflowExecutionId: string }[];
    };
    expect(dry).toMatchObject({ dryRun: true, state: 'finished', done: 2 });
    expect(dry.results.map((result) => result.atmWorkflowExecutionId)).toEqual(ids);
    for (const id of ids) expect(await real.status(id)).toBe('active');
    expect(await laneway('bulk', 'cancel', '--space', 'space', '--label', 'bulk=yes', '--yes', '--reason', 'over')).toBe(
      'cancel finished: 2 done, 0 refused, 0 failed\n',
    );
    expect(process.exitCode).toBe(0);
    for (const id of ids) await real.atStatus(id, 'cancelled');
    const refused = await laneway('bulk', 'cancel', '--space', 'space', '--id', ids[0]!, '--yes');
    expect(refused).toContain('The workflow execution is over already.');
    expect(process.exitCode).toBe(1);
    await laneway('bulk', 'delete', '--space', 'space', '--label', 'bulk=yes', '--yes');
    for (const id of ids) expect(await real.status(id)).toBeUndefined();
  });

  it('wants to be told that it is meant', async () => {
    requests.length = 0;
    await expect(laneway('bulk', 'cancel', '--space', 'space')).rejects.toThrow('either --dry-run or --yes');
    await expect(laneway('bulk', 'cancel', '--space', 'space', '--yes', '--id', 'x', '--label', 'a=b')).rejects.toThrow('either --id');
    expect(requests).toEqual([]);
  });

  it('goes on by itself, and can be aborted by the client', async () => {
    const jobId = JSON.parse(await laneway('bulk', 'resume', '--space', 'space', '--yes', '--detach', '--json')).bulkJobId as string;
    await client.bulk.abort(real.spaceId, jobId);
    expect(['finished', 'aborted']).toContain((await client.bulk.job(real.spaceId, jobId)).state);
  });
});

describe('the client', () => {
  it('pauses with a deadline and schedules with one', async () => {
    const paused = await schedule('hang', {});
    await expect.poll(() => real.runtime.live, { timeout: 10_000 }).toBeGreaterThan(0);
    await client.executions.pause(paused, 'a rest', 0);
    await real.atStatus(paused, 'paused');
    await client.executions.cancel(paused);
    await real.atStatus(await schedule('hang', {}, 1), 'cancelled');
  });
});
