/** Inventories, of users and of groups (rest §8.1). */
import type { ErrorId } from '@laneway/model';
import { done, makes, mayTake, refused, shows, takes, type Operations, type OperationText } from '../operation.ts';

const tag = 'Automation inventory';
export const nameErrors: readonly ErrorId[] = ['malformedData', 'missingRequiredValue', 'badValueString', 'badValueName'];
const joinErrors: readonly ErrorId[] = ['malformedData', 'missingRequiredValue', 'badValueEmpty', 'badValueString', 'badValueToken'];
/** What the invitation itself may be (rest R110). */
const inviteErrors: readonly ErrorId[] = [
  'tokenInvalid',
  'tokenRevoked',
  'tokenCaveatUnverified',
  'inviteTokenUsageLimitReached',
  'inviteTokenSubjectNotAuthorized',
  'inviteTokenConsumerInvalid',
];

const list: OperationText = { tag, answers: shows('AtmInventoryIds'), refusals: refused([]) };
const one: OperationText = { tag, answers: shows('AtmInventory'), refusals: refused([403, 404]) };
const groupList: OperationText = { ...list, privileges: { group: ['group_view'] }, refusals: refused([403, 404]) };

export const inventoryOperations: Operations = {
  create_user_atm_inventory: { tag, body: takes('NameBody'), answers: makes(), refusals: refused([], { 400: nameErrors }) },
  list_user_atm_inventories: list,
  list_user_effective_atm_inventories: list,
  join_atm_inventory: {
    tag,
    body: takes('JoinRequest'),
    answers: makes(),
    refusals: refused([], {
      400: [...joinErrors, ...inviteErrors],
      409: ['relationAlreadyExists'],
    }),
  },
  get_user_atm_inventory: one,
  leave_atm_inventory: { tag, answers: done, refusals: refused([403, 404]) },
  get_user_effective_atm_inventory: one,
  create_group_atm_inventory: {
    tag,
    privileges: { group: ['group_add_atm_inventory'] },
    body: takes('NameBody'),
    answers: makes(),
    refusals: refused([403, 404], { 400: nameErrors }),
  },
  list_group_atm_inventories: groupList,
  list_group_effective_atm_inventories: groupList,
  group_join_atm_inventory: {
    tag,
    privileges: { group: ['group_add_atm_inventory'] },
    body: takes('JoinRequest'),
    answers: makes(),
    refusals: refused([403, 404], { 400: [...joinErrors, ...inviteErrors], 409: ['relationAlreadyExists'] }),
  },
  get_group_atm_inventory: one,
  group_leave_atm_inventory: {
    tag,
    privileges: { group: ['group_remove_atm_inventory'] },
    answers: done,
    refusals: refused([403, 404]),
  },
  get_group_effective_atm_inventory: one,
  create_atm_inventory: {
    tag,
    privileges: { onezone: ['oz_atm_inventories_create'] },
    body: takes('NameBody'),
    answers: makes(),
    refusals: refused([403], { 400: nameErrors }),
  },
  list_atm_inventories: { ...list, privileges: { onezone: ['oz_atm_inventories_list'] }, refusals: refused([403]) },
  list_atm_inventory_privileges: { tag, open: true, answers: shows('PrivilegeSets'), refusals: refused([]) },
  get_atm_inventory: { ...one, privileges: { note: 'membership', onezone: ['oz_atm_inventories_view'] } },
  modify_atm_inventory: {
    tag,
    privileges: { atmInventory: ['atm_inventory_update'], onezone: ['oz_atm_inventories_update'] },
    body: takes('NameBody'),
    answers: done,
    refusals: refused([403, 404], { 400: nameErrors }),
  },
  remove_atm_inventory: {
    tag,
    privileges: { atmInventory: ['atm_inventory_delete'], onezone: ['oz_atm_inventories_delete'] },
    answers: done,
    refusals: refused([403, 404]),
  },
  list_atm_inventory_lambdas: { tag, answers: shows('AtmLambdaIds'), refusals: refused([403, 404]) },
  list_atm_inventory_workflow_schemas: { tag, answers: shows('AtmWorkflowSchemaIds'), refusals: refused([403, 404]) },
};

/** The same operations on the members of inventories and of spaces, be they users or groups. */
export function memberOperations(of: 'atm_inventory' | 'space', member: 'user' | 'group'): Operations {
  const memberTag = of === 'space' ? 'Space' : tag;
  const ids = member === 'user' ? 'UserIds' : 'GroupIds';
  const shared = member === 'user' ? 'UserShared' : 'GroupShared';
  const plural = of === 'space' ? 'spaces' : 'atm_inventories';
  const text = (privilege: string, rest: Pick<OperationText, 'answers'> & Partial<OperationText>): OperationText => ({
    tag: memberTag,
    privileges: { [of]: [`${of}_${privilege}`] },
    refusals: refused([403, 404]),
    ...rest,
  });
  const list = text('view', {
    privileges: { [of]: [`${of}_view`], onezone: [`oz_${plural}_list_relationships`] },
    answers: shows(ids),
  });
  const get = text('view', { answers: shows(shared) });
  const privileges = text('view_privileges', { answers: shows('PrivilegeList') });
  const add = text(`add_${member}`, {
    body: mayTake('MemberAddition'),
    answers: makes(),
    refusals: refused([403, 404], {
      400: ['malformedData', 'badValueListOfStrings', 'badValueListNotAllowed', 'badValueIdNotFound'],
      409: ['relationAlreadyExists'],
    }),
  });
  return {
    [`list_${of}_${member}s`]: list,
    [`list_effective_${of}_${member}s`]: list,
    [`get_${of}_${member}`]: get,
    [`get_effective_${of}_${member}`]: get,
    [member === 'user' ? `add_${of}_user` : `add_group_to_${of}`]: add,
    [`remove_${of}_${member}`]: text(`remove_${member}`, {
      answers: done,
      // A space is never left without an owner.
      refusals: refused([403, 404], of === 'space' && member === 'user' ? { 400: ['cannotRemoveLastOwner'] } : {}),
    }),
    [`list_${member}_${of}_privileges`]: privileges,
    [`list_effective_${member}_${of}_privileges`]: privileges,
    [`update_${member}_${of}_privileges`]: text('set_privileges', {
      body: takes('PrivilegeChange'),
      answers: done,
      refusals: refused([403, 404], {
        400: ['malformedData', 'missingAtLeastOneValue', 'badValueListOfStrings', 'badValueListNotAllowed'],
      }),
    }),
    [`get_effective_${member}_${of}_membership_intermediaries`]: text('view', { answers: shows('Membership') }),
  };
}
