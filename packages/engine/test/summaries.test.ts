/** Labels and summaries: found by every condition, in the order of the phase lists, one statement for a page (P20, U10). */
import { Registry, type ExecutionFilter, type SummaryPage, type SummaryRequest } from '@laneway/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../test/support/databases.ts';
import { faultyKind } from '../../../test/support/faulty-database.ts';
import { perItem, untilStopped } from '../../../test/support/in-process-runtime.ts';
import {
  startTestEngine,
  waitFor,
  waitForEnd,
  workflowOf,
  type TestEngine,
  type WorkflowOptions,
} from '../../../test/support/test-engine.ts';
import { memberStatement } from '../src/persistence/sql/bulk-members.ts';
import { summaryStatement } from '../src/persistence/sql/summaries.ts';
import { createInventory } from '../src/persistence/sql/registry-inventories.ts';
import { analyze, explain, seedExecutions } from './extension-verbs.ts';
import { withSuiteVerbs } from './suite-verbs.ts';

const anything: ExecutionFilter = {
  phases: null,
  statuses: null,
  atmInventoryId: null,
  atmWorkflowSchemaId: null,
  userId: null,
  labels: [],
  scheduledAfter: null,
  scheduledBefore: null,
};
const echo = perItem((args) => ({ value: args['item'] }));

describe.each(databaseKinds)('summaries on $name', (kind) => {
  const faulty = faultyKind(withSuiteVerbs(kind));
  let test: TestEngine;
  let finished: string;
  let hanging: string;
  let paused: string;
  let foreign: string;

  async function start(options: WorkflowOptions, more: { labels?: Record<string, string>; atmInventoryId?: string; userId?: string }) {
    const scheduled = await test.engine.executions.schedule({ ...workflowOf(test, options), ...more });
    if (!scheduled.ok) throw new Error(scheduled.error.description);
    return scheduled.value.executionId;
  }
  const list = async (filter: Partial<ExecutionFilter>, more: Partial<SummaryRequest> = {}): Promise<SummaryPage> =>
    await test.engine.extensions.summaries({
      spaceId: test.spaceId,
      viewerId: 'user',
      filter: { ...anything, ...filter },
      limit: 100,
      after: null,
      ...more,
    });
  const ids = async (filter: Partial<ExecutionFilter>): Promise<readonly string[]> => (await list(filter)).entries.map((entry) => entry.id);

  beforeAll(async () => {
    test = await startTestEngine(faulty, { echo, hang: untilStopped });
    const registry = new Registry(test.database, 'test');
    // Of those that are gone everybody would see what is left.
    for (const id of ['inventory', 'other', 'foreign', 'hidden'])
      await test.database.call(createInventory, { id, name: id, creatorId: 'user', creatorPrivileges: null, group: null });
    for (const inventoryId of ['inventory', 'other']) await registry.addInventoryMember({ inventoryId, userId: 'user', privileges: [] });
    const short = { lanes: [[['echo']]], input: { type: 'list', content: [1] } } as const;
    const long = { lanes: [[['hang']]], input: { type: 'list', content: [1] } } as const;
    finished = await start(short, { labels: { 'team/name': 'blue', run: '1' } });
    await waitForEnd(test, finished);
    paused = await start(short, { labels: { 'team/name': 'red' }, atmInventoryId: 'other', userId: 'somebody' });
    await test.engine.executions.pause({ executionId: paused, actor: 'user', note: null });
    await waitFor(test, paused, (view) => ['paused', 'finished'].includes(view.execution.status));
    hanging = await start(long, { labels: { 'team/name': 'blue', run: '2' } });
    await waitFor(test, hanging, (view) => view.execution.current.status === 'active');
    foreign = await start(short, { labels: { 'team/name': 'blue' }, atmInventoryId: 'foreign' });
    await waitForEnd(test, foreign);
  });
  afterAll(async () => await test.close());

  it('show labels and everything a list needs, phase list after phase list (execution §14.2)', async () => {
    const { entries, isLast } = await list({});
    expect(isLast).toBe(true);
    expect(entries.map((entry) => entry.id)).toEqual([hanging, paused, finished]);
    expect(entries[0]).toMatchObject({
      name: 'workflow',
      atmInventoryId: 'inventory',
      atmWorkflowSchemaId: 'schema',
      revisionNumber: 1,
      userId: 'user',
      status: 'active',
      phase: 'ongoing',
      labels: { 'team/name': 'blue', run: '2' },
    });
    expect((await test.engine.executions.view(hanging))?.execution.labels).toEqual({ 'team/name': 'blue', run: '2' });
  });

  it('leave out executions of inventories that the caller does not belong to (D7)', async () => {
    expect(await ids({ labels: [['team/name', 'blue']] })).toEqual([hanging, finished]);
    expect(await ids({ atmInventoryId: 'foreign' })).toEqual([]);
    expect((await list({}, { viewerId: 'stranger' })).entries).toEqual([]);
  });

  it.each([
    ['one label', { labels: [['team/name', 'blue']] }, () => [hanging, finished]],
    [
      'two labels',
      {
        labels: [
          ['team/name', 'blue'],
          ['run', '1'],
        ],
      },
      () => [finished],
    ],
    ['a label and a phase', { labels: [['team/name', 'blue']], phases: ['ongoing'] }, () => [hanging]],
    ['a label and a status', { labels: [['team/name', 'blue']], statuses: ['finished'] }, () => [finished]],
    ['another value of the label', { labels: [['team/name', 'green']] }, () => []],
    ['a phase', { phases: ['suspended'] }, () => [paused]],
    ['statuses', { statuses: ['finished', 'active'] }, () => [hanging, finished]],
    ['a status that the phase excludes', { phases: ['ongoing'], statuses: ['finished'] }, () => []],
    ['the inventory', { atmInventoryId: 'other' }, () => [paused]],
    ['the schema', { atmWorkflowSchemaId: 'schema' }, () => [hanging, paused, finished]],
    ['another schema', { atmWorkflowSchemaId: 'none' }, () => []],
    ['who scheduled it', { userId: 'somebody' }, () => [paused]],
    ['a time ahead', { scheduledAfter: 9_000_000_000 }, () => []],
    ['a time behind', { scheduledBefore: 9_000_000_000 }, () => [hanging, paused, finished]],
  ] as const satisfies readonly (readonly [string, Partial<ExecutionFilter>, () => readonly string[]])[])(
    'are found by %s',
    async (_what, filter, expected) => expect(await ids(filter)).toEqual(expected()),
  );

  it('are paged without a gap or a double, across the phase lists, one statement a page (P20)', async () => {
    const seen: string[] = [];
    let after: SummaryRequest['after'] = null;
    const { calls } = faulty.latest();
    const before = calls.get('executionSummaries') ?? 0;
    for (let page = 0; ; page += 1) {
      const { entries, isLast } = await list({}, { limit: 1, after });
      seen.push(...entries.map((entry) => entry.id));
      const last = entries.at(-1);
      if (isLast || last === undefined) break;
      after = { phase: last.phase, index: last.index };
    }
    expect(seen).toEqual([hanging, paused, finished]);
    expect((calls.get('executionSummaries') ?? 0) - before).toBe(3);
  });

  it('fail when the database does, instead of being empty (P20)', async () => {
    faulty.latest().fault = (verb) => (verb === 'executionSummaries' ? 'before' : undefined);
    await expect(list({})).rejects.toThrow('not reached');
    faulty.latest().fault = () => undefined;
  });

  it('follow an execution through its phases, and labels stay over a rerun', async () => {
    await test.engine.executions.rerun({ executionId: finished, actor: 'user', laneIndex: 1, laneRunNumber: 1 });
    await waitForEnd(test, finished);
    expect(await ids({ labels: [['run', '1']], phases: ['ended'] })).toEqual([finished]);
    expect((await test.engine.executions.view(finished))?.execution).toMatchObject({ currentRunNum: 2, labels: { run: '1' } });
    await test.engine.executions.cancel({ executionId: hanging, actor: 'user', note: null });
    await waitForEnd(test, hanging);
    expect(await ids({ labels: [['run', '2']], phases: ['ongoing'] })).toEqual([]);
    expect(await ids({ labels: [['run', '2']], statuses: ['cancelled'] })).toEqual([hanging]);
  });

  describe('with many executions', () => {
    const spaceId = 'crowded';
    const inventory = { type: 'atm_inventory', id: 'inventory' } as const;
    beforeAll(async () => {
      for (let from = 0; from < 20_000; from += 2000) await test.database.call(seedExecutions, { spaceId, count: 2000, firstNumber: from });
      await test.database.call(analyze, null);
    });
    /** Nothing is read from end to end, and nothing is sorted but the page that a branch gave. */
    function expectOrderedByIndex(plan: string): void {
      expect(plan).not.toMatch(/seq scan on execution|SCAN e\b|SCAN l\b/i);
      const lines = plan.split('\n');
      const sorts = [...lines.keys()].filter((at) => lines[at]?.includes('USE TEMP B-TREE') && !lines[at - 1]?.includes('SCAN branch_'));
      expect(sorts, plan).toEqual([]);
    }
    const after = { phase: 'ended', index: '8299990000seed' } as const;
    const filters: readonly (readonly [string, Partial<ExecutionFilter>])[] = [
      ['everything', {}],
      ['a phase', { phases: ['ended'] }],
      ['a rare status', { statuses: ['failed'] }],
      ['an inventory', { atmInventoryId: 'inventory' }],
      ['a schema', { atmWorkflowSchemaId: 'schema7' }],
      ['a user', { userId: 'user7' }],
      ['a label', { labels: [['batch', 'b7']] }],
      ['a label and a status', { labels: [['batch', 'b0']], statuses: ['failed'] }],
    ];

    it.each(filters)('a page of %s is read from an index, in its order', async (_what, filter) => {
      for (const start of [null, after]) {
        const statement = summaryStatement({
          spaceId,
          viewerId: 'user',
          filter: { ...anything, ...filter },
          limit: 20,
          after: start,
        });
        const plan = await test.database.call(explain, statement!);
        expectOrderedByIndex(plan);
      }
    });

    it('a viewer who is in the inventory through groups sees the same page, read from an index, in its order (rest R99)', async () => {
      const registry = new Registry(test.database, 'test');
      const made = { type: 'team', creatorUserId: 'nobody', creatorPrivileges: null } as const;
      const outer = await registry.groups.create({ ...made, name: 'outer', within: { container: inventory, privileges: [] } });
      const inner = await registry.groups.create({
        ...made,
        name: 'inner',
        within: { container: { type: 'group', id: outer! }, privileges: [] },
      });
      const created = await registry.createUser({ fullName: 'Viewer', username: null, privileges: [] });
      const viewerId = created.ok ? created.value.userId : '';
      const page = async (viewer: string): Promise<SummaryPage> => await list({}, { spaceId, viewerId: viewer, limit: 50 });
      expect((await page(viewerId)).entries).toEqual([]);
      const relation = {
        container: { type: 'group', id: inner! },
        member: { type: 'user', id: viewerId },
        privileges: [],
        owner: false,
      } as const;
      expect(await registry.members.add(relation)).toBe('added');
      expect((await page(viewerId)).entries).toHaveLength(50);
      expect(await page(viewerId)).toEqual(await page('user'));
      const statement = summaryStatement({ spaceId, viewerId, filter: anything, limit: 20, after: null });
      expectOrderedByIndex(await test.database.call(explain, statement!));
    });

    it.each(filters)('the members of a bulk operation over %s are read from an index, in its order', async (_what, filter) => {
      for (const position of ['', '1700000000500000seed']) {
        const statement = memberStatement({
          spaceId,
          userId: 'user',
          operation: 'delete',
          filter: { ...anything, ...filter },
          boundAt: 9_000_000_000_000,
          position,
          limit: 50,
        });
        const plan = await test.database.call(explain, statement!);
        expectOrderedByIndex(plan);
      }
    });
  });
});
