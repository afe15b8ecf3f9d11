/** The tables of roles themselves: nothing is missing from them, and they speak of privileges that there are. */
import { expect, test } from 'vitest';
import { groupPrivileges, inventoryPrivileges, spacePrivileges } from '@laneway/engine';
import { contractOperations, routeOf } from './operations.ts';
import { automation } from './table/automation.ts';
import { executions } from './table/executions.ts';
import { inventories } from './table/inventories.ts';
import { roles } from './table/role-table.ts';
import { spaces } from './table/spaces.ts';
import { usersAndTokens } from './table/users-and-tokens.ts';

const rows = [...executions, ...inventories, ...automation, ...spaces, ...usersAndTokens];

test('each of the 126 operations of the contract has a row in which every role is told its answer', () => {
  const whole = rows.filter(({ about, answers }) => about === '' && roles.every((role) => answers[role] !== undefined));
  const told = new Set(whole.map(({ operationId }) => operationId));
  expect(contractOperations).toHaveLength(126);
  expect(contractOperations.filter((operationId) => !told.has(operationId))).toEqual([]);
});

test('so have those that only the text of the contract names (rest §8.1, §8.6)', () => {
  const inText = ['create_atm_inventory_group', 'get_user_space', 'leave_space', 'join_space', 'create_space_group', 'create_group_space'];
  const told = new Set(rows.map(({ operationId }) => operationId));
  expect(inText.filter((operationId) => !told.has(operationId))).toEqual([]);
});

test('whoever asks for what is not there is told of, wherever a path names something', () => {
  const named = rows.filter(({ operationId, about }) => about === '' && /\{/.test(routeOf(operationId).path));
  const untold = named.filter(({ operationId, nowhere }) => {
    const another = rows.some((row) => row.operationId === operationId && Object.keys(row.nowhere).length > 0);
    return Object.keys(nowhere).length === 0 && !another;
  });
  expect(untold.map(({ operationId }) => operationId)).toEqual([]);
});

test('each privilege that a row names is one', () => {
  const known = [...groupPrivileges.admin, ...inventoryPrivileges.admin, ...spacePrivileges.admin];
  expect(rows.flatMap(({ needs }) => needs).filter((privilege) => !known.includes(privilege))).toEqual([]);
});
