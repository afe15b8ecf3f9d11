/** Refusals of Oneprovider that need a particular request, of one who may everything (rest R48, R51). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseKinds } from '../../../../test/support/databases.ts';
import { workflowsPath } from '../support/real-world.ts';
import type { Answer } from '../support/world.ts';
import { routeOf } from './operations.ts';
import { op, ProviderScene } from './provider-scene.ts';
import { answerText } from './table/role-table.ts';

describe('a particular request', () => {
  let scene: ProviderScene;

  beforeAll(async () => {
    scene = await ProviderScene.in(databaseKinds[0]!);
  });
  afterAll(async () => await scene.real.close());

  const textOf = ({ status, error }: Answer): string => answerText(status, error);

  async function send(operationId: string, body: unknown, headers: Record<string, string> = {}): Promise<string> {
    const { method } = routeOf(operationId);
    return textOf(await sendTo(method, scene.url(routeOf(operationId)), body, headers));
  }

  async function sendTo(method: string, url: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const payload = body === undefined ? {} : { payload: JSON.stringify(body) };
    return await scene.real.world.request(method, url, {
      as: scene.owner,
      ...payload,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    });
  }

  it.each([
    [{ phase: ['none'] }, '400 badValueListNotAllowed'],
    [{ atmInventoryId: '' }, '400 badValueEmpty'],
    [{ scheduledAfter: 'x' }, '400 badValueInteger'],
    [{ scheduledAfter: -1 }, '400 badValueTooLow'],
    [{ userId: 5 }, '400 badValueString'],
    [{ label: 'none' }, '400 badData'],
  ])('the filter of a bulk operation is read: %j', async (filter, expected) => {
    expect(await send('start_bulk_workflow_execution_operation', { operation: 'pause', filter })).toBe(expected);
  });

  it('the deadline of a pause is at most a day', async () => {
    expect(await send('pause_workflow_execution', { deadlineSec: 86_401 })).toBe('400 badValueNotInRange');
  });

  it('events are followed from a number only', async () => {
    expect(await send('follow_workflow_execution', undefined, { 'last-event-id': 'x' })).toBe('400 badValueInteger');
  });

  it.each([
    ['rerun', 'hang', 'cancelled'],
    ['retry', 'fail', 'failed'],
  ] as const)('%s: the name of a request is printable and stands for one request', async (operation, schema, status) => {
    const { real, owner } = scene;
    const scheduled = (await real.schedule(owner, schema)).body.atmWorkflowExecutionId as string;
    if (status === 'cancelled') {
      await real.atStatus(scheduled, 'active');
      expect(textOf(await sendTo('POST', `${workflowsPath}/${scheduled}/cancel`, {}))).toBe('204');
    }
    await real.atStatus(scheduled, status);
    const ask = async (laneRunNumber: number, key: string): Promise<string> =>
      textOf(
        await sendTo('POST', `${workflowsPath}/${scheduled}/${operation}`, { laneIndex: 1, laneRunNumber }, { 'idempotency-key': key }),
      );
    expect(await ask(1, 'x'.repeat(256))).toBe('400 badData');
    expect([await ask(1, 'one'), await ask(1, 'one'), await ask(2, 'one')]).toEqual(['204', '204', '400 badValueIdentifierOccupied']);
  });

  it('a space that is not here is told of to who holds the privilege there (rest R51)', async () => {
    const { registry } = scene.real.world;
    await registry.addSpaceMember({ spaceId: 'elsewhere', userId: scene.owner.id, privileges: [], owner: true });
    const url = `${op}/spaces/elsewhere/automation/execution`;
    const answers = [
      await sendTo('GET', `${url}/workflows`, undefined),
      await sendTo('POST', `${url}/uploads`, {}, { 'content-type': 'application/x-ndjson' }),
      await sendTo('DELETE', `${url}/uploads/none`, undefined),
    ];
    expect(answers.map(textOf)).toEqual(Array.from(answers, () => '400 spaceNotSupportedBy'));
  });

  it('a file cannot be looked up by a name that two spaces have', async () => {
    const { world } = scene.real;
    const person = await world.person('Twice');
    for (let made = 0; made < 2; made++) await world.space(person, 'twin');
    expect(textOf(await world.post(`${op}/lookup-file-id/twin`, person))).toBe('400 badValueAmbiguousId');
  });

  it('extended attributes have names and values that can be kept (lambdas R112)', async () => {
    expect(await send('set_xattr', { '': 1 })).toBe('400 badValueEmpty');
    expect(await send('remove_xattrs', { keys: [''] })).toBe('400 badValueEmpty');
  });

  it('no file has an id that no column can hold (design §5)', async () => {
    expect(await send('establish_dataset', { rootFileId: 'a\0' })).toBe('400 badValueString');
  });

  it('a file has one attached dataset at a time', async () => {
    const url = scene.url(routeOf('update_dataset'));
    expect(textOf(await sendTo('PATCH', url, { state: 'detached' }))).toBe('204');
    const second = await sendTo('POST', `${op}/datasets`, scene.body(routeOf('establish_dataset')));
    expect(textOf(second)).toBe('201');
    expect(textOf(await sendTo('PATCH', url, { state: 'attached' }))).toBe('409 alreadyExists');
  });
});
