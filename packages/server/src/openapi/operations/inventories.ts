/** Inventories, of users and of groups (rest §8.1); their members are in members.ts, invitations in joining.ts. */
import type { ErrorId } from '@laneway/model';
import { done, makes, refused, shows, takes, type Operations, type OperationText } from '../operation.ts';

const tag = 'Automation inventory';
export const nameErrors: readonly ErrorId[] = ['malformedData', 'missingRequiredValue', 'badValueString', 'badValueName'];
const list: OperationText = { tag, answers: shows('AtmInventoryIds'), refusals: refused([]) };
const one: OperationText = { tag, answers: shows('AtmInventory'), refusals: refused([403, 404]) };
/** What he does not belong to is not there for him. */
const own: OperationText = { ...one, refusals: refused([404]) };
const groupList: OperationText = { ...list, privileges: { group: ['group_view'] }, refusals: refused([403, 404]) };

export const inventoryOperations: Operations = {
  create_user_atm_inventory: { tag, body: takes('NameBody'), answers: makes(), refusals: refused([], { 400: nameErrors }) },
  list_user_atm_inventories: list,
  list_user_effective_atm_inventories: list,
  get_user_atm_inventory: own,
  leave_atm_inventory: { ...own, answers: done },
  get_user_effective_atm_inventory: own,
  create_group_atm_inventory: {
    tag,
    privileges: { group: ['group_add_atm_inventory'] },
    body: takes('NameBody'),
    answers: makes(),
    refusals: refused([403, 404], { 400: nameErrors }),
  },
  list_group_atm_inventories: groupList,
  list_group_effective_atm_inventories: groupList,
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
