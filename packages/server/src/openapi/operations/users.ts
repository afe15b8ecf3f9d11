/** Users, groups and the audit (rest §8.7, §8.9). */
import { count, text } from '../json-schema.ts';
import { done, makes, query, refused, shows, takes, type Operations } from '../operation.ts';
import { pageLimit } from './executions.ts';
import { nameErrors } from './inventories.ts';

const user = { tag: 'User' } as const;
const group = { tag: 'Group' } as const;
const groupErrors = [...nameErrors, 'badValueNotAllowed'] as const;

export const userOperations: Operations = {
  get_current_user: { ...user, answers: shows('CurrentUser'), refusals: refused([]) },
  get_current_user_privileges: { ...user, answers: shows('PrivilegeList'), refusals: refused([]) },
  list_privileges: { ...user, open: true, answers: shows('ZonePrivilegeSets'), refusals: refused([]) },
  create_user: {
    ...user,
    privileges: { onezone: ['oz_users_create'] },
    body: takes('UserCreation'),
    answers: makes('UserCreated'),
    refusals: refused([403], {
      400: [
        'malformedData',
        'missingAtLeastOneValue',
        'badValueString',
        'badValueFullName',
        'badValueUsername',
        'badValueIdentifierOccupied',
      ],
    }),
  },
  list_users: { ...user, privileges: { onezone: ['oz_users_list'] }, answers: shows('UserIds'), refusals: refused([403]) },
  get_user: { ...user, privileges: { onezone: ['oz_users_view'] }, answers: shows('CurrentUser'), refusals: refused([403, 404]) },
  delete_user: {
    ...user,
    privileges: { onezone: ['oz_users_delete'] },
    answers: done,
    refusals: refused([404], { 400: ['cannotRemoveLastOwner'], 403: ['forbidden', 'forbiddenWithHint'] }),
  },
  list_changes: {
    tag: 'Audit',
    privileges: { onezone: ['oz_view_privileges'] },
    parameters: [
      query('user', text),
      query('entity', text),
      query('operation', text),
      query('since', count),
      query('until', count),
      query('limit', { ...pageLimit, default: 100 }),
      query('token', text),
    ],
    answers: shows('Changes'),
    refusals: refused([403], { 400: ['badValueString', 'badValueInteger', 'badValueTooLow', 'badValueNotInRange', 'badData'] }),
  },
};

export const groupOperations: Operations = {
  list_group_privileges: { tag: 'Group', open: true, answers: shows('PrivilegeSets'), refusals: refused([]) },
  create_user_group: { ...group, body: takes('GroupCreation'), answers: makes(), refusals: refused([], { 400: groupErrors }) },
  create_group: {
    ...group,
    privileges: { onezone: ['oz_groups_create'] },
    body: takes('GroupCreation'),
    answers: makes(),
    refusals: refused([403], { 400: groupErrors }),
  },
  list_user_groups: { ...group, answers: shows('GroupIds'), refusals: refused([]) },
  list_groups: { ...group, privileges: { onezone: ['oz_groups_list'] }, answers: shows('GroupIds'), refusals: refused([403]) },
  get_group: {
    ...group,
    privileges: { group: ['group_view'], onezone: ['oz_groups_view'] },
    answers: shows('GroupShared'),
    refusals: refused([403, 404]),
  },
  remove_group: {
    ...group,
    privileges: { group: ['group_delete'], onezone: ['oz_groups_delete'] },
    answers: done,
    refusals: refused([403, 404]),
  },
};
