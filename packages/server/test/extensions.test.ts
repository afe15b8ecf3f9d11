/** Labels, summaries, Idempotency-Key, bulk operations and deadlines over HTTP, on the real engine and both databases. */
import { spacePrivileges } from '@laneway/engine';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../test/support/databases.ts';
import { firstTimes } from '../../../test/support/faulty-database.ts';
import { realWorld, workflowsPath, type RealWorld } from './support/real-world.ts';
import type { Answer, Person } from './support/world.ts';

describe.each(databaseKinds)('extensions on $name', (kind) => {
  let real: RealWorld;
  let admin: Person;
  let member: Person;
  let viewer: Person;
  let outsider: Person;

  beforeAll(async () => {
    real = await realWorld(kind);
    ({ admin } = real.world);
    member = await real.world.person('Member');
    await real.world.joinSpace(real.spaceId, member, spacePrivileges.manager);
    await real.world.joinInventory(real.inventoryId, member);
    viewer = await real.world.person('Viewer');
    await real.world.joinSpace(real.spaceId, viewer, ['space_view_atm_workflow_executions']);
    outsider = await real.world.person('Outsider');
    await real.world.joinSpace(real.spaceId, outsider);
  });
  afterAll(async () => await real.close());
  afterEach(() => {
    real.database.fault = () => undefined;
  });

  const base = '/api/v3/oneprovider/spaces';
  const summaries = async (query: string, as: Person = admin): Promise<Answer> =>
    await real.world.get(`${base}/${real.spaceId}/automation/execution/summaries?${query}`, as);
  const listed = async (query: string, as: Person = admin): Promise<readonly string[]> =>
    ((await summaries(query, as)).body.atmWorkflowExecutionSummaries as { atmWorkflowExecutionId: string }[]).map(
      (summary) => summary.atmWorkflowExecutionId,
    );
  const idOf = (answer: Answer): string => {
    expect(answer.status, answer.text).toBe(201);
    return answer.body.atmWorkflowExecutionId as string;
  };
  const scheduled = async (as: Person, schema: 'echo' | 'hang', body?: object, headers?: Record<string, string>): Promise<string> =>
    idOf(await real.schedule(as, schema, body, headers));
  const control = async (executionId: string, operation: string, as: Person = admin, body?: unknown): Promise<Answer> =>
    await real.world.post(`${workflowsPath}/${executionId}/${operation}`, as, body);
  const ended = ['finished', 'failed', 'cancelled', 'crashed'];

  describe('labels', () => {
    it('are shown in details and summaries when there are some, and find the execution', async () => {
      const labelled = await scheduled(admin, 'echo', { labels: { 'team/name': 'blue', run: 'é=1' } });
      const plain = await scheduled(admin, 'echo', { labels: {} });
      await real.atStatus(labelled, ...ended);
      await real.atStatus(plain, ...ended);
      const details = await real.world.get(`${workflowsPath}/${labelled}`, admin);
      expect(details.body.labels).toEqual({ 'team/name': 'blue', run: 'é=1' });
      expect((await real.world.get(`${workflowsPath}/${plain}`, admin)).body).not.toHaveProperty('labels');
      expect(await listed(`label=team/name%3Dblue&label=${encodeURIComponent('run=é=1')}`)).toEqual([labelled]);
      const [summary] = (await summaries('label=team/name%3Dblue')).body.atmWorkflowExecutionSummaries;
      expect(summary).toEqual({
        atmWorkflowExecutionId: labelled,
        name: 'echo',
        atmInventoryId: real.inventoryId,
        atmWorkflowSchemaId: real.schemas.echo,
        atmWorkflowSchemaRevisionNumber: 1,
        userId: admin.id,
        status: details.body.status,
        phase: 'ended',
        scheduleTime: details.body.scheduleTime,
        startTime: details.body.startTime,
        suspendTime: details.body.suspendTime,
        finishTime: details.body.finishTime,
        labels: { 'team/name': 'blue', run: 'é=1' },
      });
    });

    it.each([
      ['a list', ['a'], 'badValueJSON', 'labels'],
      ['too many', Object.fromEntries(Array.from({ length: 33 }, (_, at) => [`l${at}`, ''])), 'badData', 'labels'],
      ['a name with a space', { 'a b': '' }, 'badData', 'labels.a b'],
      ['an empty name', { '': 'x' }, 'badData', 'labels.'],
      ['a long name', { ['n'.repeat(64)]: '' }, 'badData', `labels.${'n'.repeat(64)}`],
      ['a number', { a: 1 }, 'badValueString', 'labels.a'],
      ['a long value', { a: 'v'.repeat(256) }, 'badValueTextTooLarge', 'labels.a'],
      ['a value that no database holds', { a: 'x\0' }, 'badData', 'labels.a'],
    ])('are refused when they are %s, by name', async (_what, labels, error, key) => {
      const answer = await real.schedule(admin, 'echo', { labels });
      expect([answer.status, answer.error, answer.body.error.details.key]).toEqual([400, error, key]);
    });
  });

  describe('summaries', () => {
    it('show only executions of inventories that the caller belongs to (D7), and need the view privilege', async () => {
      const executionId = await scheduled(member, 'echo', { labels: { seen: 'by-members' } });
      await real.atStatus(executionId, ...ended);
      expect(await listed('label=seen%3Dby-members')).toEqual([executionId]);
      expect(await listed('label=seen%3Dby-members', outsider)).toEqual([]);
      expect((await summaries('', await real.world.person('Nobody'))).status).toBe(403);
      expect((await real.world.get(`${base}/${real.spaceId}/automation/execution/summaries`, null)).status).toBe(401);
    });

    it('are paged by token, and take few queries whatever their number (P20)', async () => {
      const ids: string[] = [];
      for (let number = 0; number < 5; number += 1) ids.push(await scheduled(admin, 'echo', { labels: { paged: 'yes' } }));
      for (const id of ids) await real.atStatus(id, ...ended);
      const seen: string[] = [];
      let token = '';
      do {
        const page = await summaries(`label=paged%3Dyes&limit=2${token === '' ? '' : `&token=${token}`}`);
        expect(page.body.isLast).toBe(page.body.nextPageToken === null);
        seen.push(
          ...page.body.atmWorkflowExecutionSummaries.map((entry: { atmWorkflowExecutionId: string }) => entry.atmWorkflowExecutionId),
        );
        token = page.body.nextPageToken ?? '';
      } while (token !== '');
      expect(seen.toSorted()).toEqual(ids.toSorted());
      const queriesOf = async (limit: number): Promise<Readonly<Record<string, number>>> => {
        real.database.calls.clear();
        await summaries(`limit=${limit}`);
        const ours = ['getSpaceMember', 'getSpace', 'executionSummaries', 'listInventoriesOfUser', 'viewExecution', 'loadExecution'];
        return Object.fromEntries([...real.database.calls].filter(([verb]) => ours.includes(verb)));
      };
      expect(await queriesOf(1000)).toEqual(await queriesOf(1));
      expect(Object.values(await queriesOf(1000)).reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(3);
    });

    it('fail with an error, never with an empty list, when the database does (P20)', async () => {
      real.database.fault = (verb) => (verb === 'executionSummaries' ? 'before' : undefined);
      expect((await summaries('')).status).toBe(500);
    });

    it.each([
      ['phase=gone', 'badValueListNotAllowed', 'phase'],
      ['status=finished,gone', 'badValueListNotAllowed', 'status'],
      ['label=nothing', 'badData', 'label'],
      ['limit=0', 'badValueNotInRange', 'limit'],
      ['token=x', 'badData', 'token'],
      ['scheduledAfter=yesterday', 'badValueInteger', 'scheduledAfter'],
    ])('refuse %s by name, whoever asks (rest R48)', async (query, error, key) => {
      const answer = await summaries(query);
      expect((await summaries(query, await real.world.person('Nobody'))).error).toBe(error);
      expect([answer.status, answer.error, answer.body.error.details.key]).toEqual([400, error, key]);
    });
  });

  describe('Idempotency-Key', () => {
    const key = (text: string) => ({ 'idempotency-key': text });

    it('answers 201 with the same id to requests that race, and to one whose answer was lost', async () => {
      const answers = await Promise.all(Array.from({ length: 6 }, async () => await real.schedule(admin, 'echo', {}, key('race'))));
      expect(new Set(answers.map(idOf)).size).toBe(1);
      expect(new Set(answers.map((answer) => answer.headers['location'])).size).toBe(1);
      real.database.fault = firstTimes('createExecution', 1, 'after');
      const lost = await real.schedule(admin, 'echo', { labels: { lost: 'answer' } }, key('lost'));
      expect(lost.status).toBe(500);
      const again = await scheduled(admin, 'echo', { labels: { lost: 'answer' } }, key('lost'));
      await real.atStatus(again, ...ended);
      expect(await listed('label=lost%3Danswer')).toEqual([again]);
    });

    it('belongs to one user and one request: with another body it is refused by name', async () => {
      const first = await scheduled(admin, 'echo', {}, key('mine'));
      expect(await scheduled(member, 'echo', {}, key('mine'))).not.toBe(first);
      const other = await real.schedule(admin, 'echo', { logLevel: 'debug' }, key('mine'));
      expect([other.status, other.error, other.body.error.details]).toEqual([
        400,
        'badValueIdentifierOccupied',
        { key: 'Idempotency-Key' },
      ]);
    });

    it.each(['', 'x'.repeat(256), 'tab\there'])('is refused when it is %j', async (text) => {
      const answer = await real.schedule(admin, 'echo', {}, key(text));
      expect([answer.status, answer.error, answer.body.error.details.key]).toEqual([400, 'badData', 'Idempotency-Key']);
    });

    it('answers 204 to a rerun once more and runs it once', async () => {
      const executionId = await scheduled(admin, 'echo');
      await real.atStatus(executionId, 'finished');
      const rerun = async (text: string): Promise<number> =>
        (
          await real.world.request('POST', `${workflowsPath}/${executionId}/rerun`, {
            as: admin,
            payload: JSON.stringify({ laneIndex: 1, laneRunNumber: 1 }),
            headers: { 'content-type': 'application/json', ...key(text) },
          })
        ).status;
      expect(await Promise.all([rerun('r'), rerun('r'), rerun('r')])).toEqual([204, 204, 204]);
      await real.atStatus(executionId, 'finished');
      expect(await rerun('r')).toBe(204);
      expect((await real.engine.executions.view(executionId))?.execution.currentRunNum).toBe(2);
    });
  });

  describe('bulk operations', () => {
    const bulk = `/automation/execution/bulk`;
    const start = async (body: unknown, as: Person = admin): Promise<Answer> =>
      await real.world.post(`${base}/${real.spaceId}${bulk}`, as, body);
    const finished = async (answer: Answer, as: Person = admin): Promise<Answer> => {
      expect(answer.status, answer.text).toBe(201);
      const path = String(answer.headers['location']).replace(/^https?:\/\/[^/]+/, '');
      expect(path.endsWith(answer.body.bulkJobId as string)).toBe(true);
      for (;;) {
        const job = await real.world.get(path, as);
        if (job.body.state !== 'running') return job;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    const resultsOf = async (job: Answer, query = ''): Promise<Answer> =>
      await real.world.get(`${base}/${real.spaceId}${bulk}/${job.body.bulkJobId}/results${query}`, admin);

    it('cancel by label, with progress and a result list in pages; then a dry run shows what a deletion would do', async () => {
      const labels = { bulk: 'one' };
      const ids = [await scheduled(admin, 'hang', { labels }), await scheduled(member, 'hang', { labels })];
      for (const id of ids) await real.atStatus(id, 'active');
      const job = await finished(await start({ operation: 'cancel', filter: { label: 'bulk=one' }, reason: 'test' }));
      expect(job.body).toMatchObject({ state: 'finished', operation: 'cancel', dryRun: false, userId: admin.id, reason: 'test' });
      expect(job.body).toMatchObject({ matched: 2, done: 2, refused: 0, failed: 0 });
      const first = await resultsOf(job, '?limit=1');
      const second = await resultsOf(job, `?limit=1&token=${first.body.nextPageToken}`);
      expect([...first.body.results, ...second.body.results]).toEqual(
        ids.map((id) => ({ atmWorkflowExecutionId: id, outcome: 'done', ok: true })),
      );
      expect([first.body.isLast, second.body.isLast, second.body.nextPageToken]).toEqual([false, true, null]);
      for (const id of ids) await real.atStatus(id, 'cancelled');
      const dry = await finished(await start({ operation: 'delete', filter: { label: ['bulk=one'] }, dryRun: true }));
      expect(dry.body).toMatchObject({ dryRun: true, done: 2 });
      for (const id of ids) expect(await real.status(id)).toBe('cancelled');
      await finished(await start({ operation: 'delete', ids }));
      for (const id of ids) expect(await real.status(id)).toBeUndefined();
    });

    it('decide each member with the privileges of the caller: own ones by schedule, others by manage (rest R96, R97)', async () => {
      const labels = { bulk: 'two' };
      const own = await scheduled(member, 'hang', { labels });
      const others = await scheduled(admin, 'hang', { labels });
      const job = await finished(await start({ operation: 'cancel', filter: { label: 'bulk=two' } }, member), member);
      expect(job.body).toMatchObject({ matched: 2, done: 1, refused: 1 });
      await real.atStatus(own, 'cancelled');
      const { results } = (await resultsOf(job)).body;
      expect(results).toContainEqual({
        atmWorkflowExecutionId: others,
        outcome: 'refused',
        ok: false,
        error: expect.objectContaining({ id: 'forbidden' }),
      });
      await control(others, 'cancel');
      await real.atStatus(others, 'cancelled');
    });

    it('are stopped when the user leaves the space, and are seen only by their user and by managers', async () => {
      const leaving = await real.world.person('Leaving');
      await real.world.joinSpace(real.spaceId, leaving, spacePrivileges.manager);
      const executionId = await scheduled(admin, 'hang');
      real.database.fault = async (verb) => {
        if (verb === 'nextBulkMembers')
          await real.world.registry.members.remove({ type: 'space', id: real.spaceId }, { type: 'user', id: leaving.id });
        return undefined;
      };
      const answer = await start({ operation: 'cancel', ids: [executionId] }, leaving);
      const job = await finished(answer);
      expect(job.body).toMatchObject({ state: 'stopped', done: 0, error: { id: 'forbidden' } });
      const path = `${base}/${real.spaceId}${bulk}/${job.body.bulkJobId}`;
      expect((await real.world.get(path, member)).status).toBe(403);
      expect((await real.world.get(path, admin)).status).toBe(200);
      expect((await real.world.post(`${path}/abort`, admin)).status).toBe(204);
      await control(executionId, 'cancel');
      await real.atStatus(executionId, 'cancelled');
    });

    it.each([
      ['no operation', { filter: {} }, 'missingRequiredValue', 'operation'],
      ['an unknown operation', { operation: 'rerun', filter: {} }, 'badValueNotAllowed', 'operation'],
      ['both filter and ids', { operation: 'cancel', filter: {}, ids: [] }, 'badData', 'ids'],
      ['a condition that is none', { operation: 'cancel', filter: { labels: { a: 'b' } } }, 'badData', 'filter'],
      ['too many ids', { operation: 'cancel', ids: Array.from({ length: 1001 }, (_, at) => `${at}`) }, 'badData', 'ids'],
    ])('refuse %s by name', async (_what, body, error, key) => {
      const answer = await start(body);
      expect([answer.status, answer.error, answer.body.error.details.key]).toEqual([400, error, key]);
    });

    it('need members or a filter, a privilege over executions, and an existing job', async () => {
      expect((await start({ operation: 'cancel' })).error).toBe('missingAtLeastOneValue');
      expect((await start({ operation: 'cancel', filter: {} }, viewer)).status).toBe(403);
      expect((await real.world.get(`${base}/${real.spaceId}${bulk}/unknown`, admin)).status).toBe(404);
    });
  });

  describe('deadlines', () => {
    it('cancel an execution that has not ended, and are shown until then', async () => {
      const executionId = await scheduled(admin, 'hang', { deadlineSec: 1 });
      const details = await real.world.get(`${workflowsPath}/${executionId}`, admin);
      expect(details.body.deadlineTime - details.body.scheduleTime).toBeGreaterThanOrEqual(1);
      await real.atStatus(executionId, 'cancelled');
      expect((await real.world.get(`${workflowsPath}/${executionId}`, admin)).body).not.toHaveProperty('deadlineTime');
    });

    it('withdraw what a pause waits for', async () => {
      const executionId = await scheduled(admin, 'hang');
      await expect.poll(() => real.runtime.live, { timeout: 10_000 }).toBeGreaterThan(0);
      expect((await control(executionId, 'pause', admin, { deadlineSec: 1 })).status).toBe(204);
      expect(await real.status(executionId)).toBe('stopping');
      await real.atStatus(executionId, 'paused');
      await control(executionId, 'cancel');
      await real.atStatus(executionId, 'cancelled');
    });

    it('are refused by name when they are no number of seconds', async () => {
      expect((await real.schedule(admin, 'hang', { deadlineSec: 0 })).body.error.details.key).toBe('deadlineSec');
      const executionId = await scheduled(admin, 'hang');
      const answer = await control(executionId, 'pause', admin, { deadlineSec: 'soon' });
      expect([answer.status, answer.body.error.details.key]).toEqual([400, 'deadlineSec']);
      expect((await control(executionId, 'pause', admin, { deadlineSec: null, other: 1 })).status).toBe(204);
      await control(executionId, 'cancel');
      await real.atStatus(executionId, 'cancelled');
    });
  });
});
