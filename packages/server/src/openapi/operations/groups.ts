/** Groups themselves (rest §8.7); their members are in members.ts, what they belong to in belonging.ts. */
import type { ErrorId } from '@laneway/model';
import { done, makes, refused, shows, takes, type Operations } from '../operation.ts';
import { nameErrors } from './inventories.ts';

const group = { tag: 'Group' } as const;
export const groupErrors: readonly ErrorId[] = [...nameErrors, 'badValueNotAllowed'];

export const groupOperations: Operations = {
  list_group_privileges: { ...group, open: true, answers: shows('PrivilegeSets'), refusals: refused([]) },
  create_user_group: { ...group, body: takes('GroupCreation'), answers: makes(), refusals: refused([], { 400: groupErrors }) },
  create_group: {
    ...group,
    privileges: { onezone: ['oz_groups_create'] },
    body: takes('GroupCreation'),
    answers: makes(),
    refusals: refused([403], { 400: groupErrors }),
  },
  create_group_parent: {
    ...group,
    about: [
      'The new group is above the one in the path, whose members are its members then. Administrators need `oz_groups_create` and',
      '`oz_groups_add_relationships`.',
    ].join(' '),
    privileges: { group: ['group_add_parent'], onezone: ['oz_groups_create'] },
    body: takes('GroupCreation'),
    answers: makes(),
    refusals: refused([403, 404], { 400: groupErrors }),
  },
  list_groups: { ...group, privileges: { onezone: ['oz_groups_list'] }, answers: shows('GroupIds'), refusals: refused([403]) },
  get_group: {
    ...group,
    privileges: { group: ['group_view'], onezone: ['oz_groups_view'] },
    answers: shows('GroupShared'),
    refusals: refused([403, 404]),
  },
  modify_group: {
    ...group,
    about: 'What is left out stays as it is.',
    privileges: { group: ['group_update'], onezone: ['oz_groups_update'] },
    body: takes('GroupUpdate'),
    answers: done,
    refusals: refused([403, 404], {
      400: ['malformedData', 'missingAtLeastOneValue', 'badValueString', 'badValueName', 'badValueNotAllowed'],
    }),
  },
  remove_group: {
    ...group,
    privileges: { group: ['group_delete'], onezone: ['oz_groups_delete'] },
    answers: done,
    refusals: refused([403, 404]),
  },
};
