/** The role matrix of Onezone: each operation, tried by each role, answers as the tables say (rest §7, §8). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '@laneway/model';
import { databaseKinds } from '../../../../test/support/databases.ts';
import { newWorld, type World } from '../support/world.ts';
import { routeOf } from './operations.ts';
import { newPeople, personOf, type People } from './people.ts';
import { automation } from './table/automation.ts';
import { inventories } from './table/inventories.ts';
import { answerText, type RoleRow } from './table/role-table.ts';
import { spaces } from './table/spaces.ts';
import { usersAndTokens } from './table/users-and-tokens.ts';
import { bodyOf, parametersOf, type ZoneCall } from './zone-requests.ts';
import { ZoneScene } from './zone-scene.ts';

/** After them somebody is gone, shut out or without his token. */
const usesUpPeople: readonly string[] = [
  'remove_current_user',
  'delete_user',
  'toggle_user_access_block',
  'delete_named_tokens_of_current_user',
];
const prefix = '/api/v3/onezone';

describe.each(databaseKinds)('roles on $name', (kind) => {
  let world: World;
  let people: People;

  beforeAll(async () => {
    world = await newWorld({}, kind);
    people = await newPeople(world);
  });
  afterAll(async () => await world.close());

  /** Unless the scene is given, it is one of this request only. */
  async function ask(row: RoleRow, role: string, scene: ZoneScene, unknown: 'nothing' | 'first' | 'last'): Promise<string> {
    const { method, path } = routeOf(row.operationId);
    const { operationId, about } = row;
    const caller = personOf(people, role);
    const call: ZoneCall = { scene, operationId, path, about, caller };
    const parameters = await parametersOf(call);
    const body = await bodyOf(call);
    const absent = unknown === 'nothing' ? -1 : unknown === 'first' ? 0 : parameters.length - 1;
    const values = parameters.map(([, value], at) => (at === absent ? (path.includes('{rid}') && at > 0 ? '77' : newId()) : value));
    const url = values.reduce((text, value) => text.replace(/\{\w+\}/, encodeURIComponent(value)), path);
    const elsewhere = unknown !== 'nothing' && body !== undefined && 'atmInventoryId' in body ? { atmInventoryId: newId() } : {};
    const answer = await world.send(method, prefix + url, caller, body === undefined ? undefined : { ...body, ...elsewhere });
    return answerText(answer.status, answer.error);
  }

  async function answersOf(row: RoleRow, asked: readonly string[], unknown: 'nothing' | 'first' | 'last'): Promise<object> {
    const answers: Record<string, string> = {};
    const usesUp = usesUpPeople.includes(row.operationId);
    if (usesUp) people = await newPeople(world);
    let scene = new ZoneScene(world, people, row.needs);
    for (const role of asked) {
      const answer = await ask(row, role, scene, unknown);
      answers[role] = answer;
      if (!answer.startsWith('20') || routeOf(row.operationId).method === 'GET') continue;
      if (usesUp) people = await newPeople(world);
      scene = new ZoneScene(world, people, row.needs);
    }
    return answers;
  }

  describe.each([
    { title: 'inventories (rest §8.1)', rows: inventories },
    { title: 'lambdas and workflow schemas (rest §8.2, §8.3)', rows: automation },
    { title: 'spaces (rest §8.6)', rows: spaces },
    { title: 'users and tokens (rest §8.7, §8.8)', rows: usersAndTokens },
  ])('$title', ({ rows }) => {
    it.each(rows.map((row) => [titleOf(row), row] as const))('%s', async (_title, row) => {
      const seen = await answersOf(row, Object.keys(row.answers), 'nothing');
      const nowhere = await answersOf(row, Object.keys(row.nowhere), 'first');
      const missing = await answersOf(row, Object.keys(row.missing), 'last');
      expect({ seen, nowhere, missing }).toEqual({ seen: row.answers, nowhere: row.nowhere, missing: row.missing });
    });
  });
});

function titleOf({ operationId, about, needs, rule }: RoleRow): string {
  const [of, holding] = [about === '' ? '' : ` of ${about}`, needs.length === 0 ? '' : ` with ${needs.join(' and ')}`];
  return `${operationId}${of}${holding} (${rule})`;
}
