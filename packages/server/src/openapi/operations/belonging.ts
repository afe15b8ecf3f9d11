/** What users and groups belong to: spaces, and groups above them (rest §8.6, §8.7); inventories are in inventories.ts. */
import { done, refused, shows, type Operations, type OperationText } from '../operation.ts';

const throughGroups = 'Also those that come through groups.';
const unrelated = '404 also when it exists and the two are not related.';

const space = { tag: 'Space' } as const;
const oneSpace: OperationText = { ...space, answers: shows('Space'), refusals: refused([404]) };
const spaceOfGroup: OperationText = {
  ...oneSpace,
  refusals: refused([403, 404]),
  privileges: { group: ['group_view'], onezone: ['oz_spaces_view'] },
};
const spacesOfGroup: OperationText = {
  ...space,
  privileges: { group: ['group_view'], onezone: ['oz_groups_list_relationships'] },
  answers: shows('SpaceIds'),
  refusals: refused([403, 404]),
};

export const belongingToSpaces: Operations = {
  get_user_effective_space: {
    ...oneSpace,
    about: `Details of a space that the user belongs to, directly or through a group. ${unrelated}`,
  },
  leave_space: {
    ...space,
    about: 'Ends the direct membership. Who is the last owner cannot leave; memberships through groups stay.',
    answers: done,
    refusals: refused([404], { 400: ['cannotRemoveLastOwner'] }),
  },
  list_group_spaces: { ...spacesOfGroup, about: 'Those that the group is a direct member of.' },
  list_group_effective_spaces: { ...spacesOfGroup, about: throughGroups },
  get_group_space: { ...spaceOfGroup, about: `Details of a space that the group is a direct member of. ${unrelated}` },
  get_group_effective_space: { ...spaceOfGroup, about: `Details of a space that the group belongs to in any way. ${unrelated}` },
  group_leave_space: {
    ...space,
    about: 'Ends the direct membership of the group.',
    privileges: { group: ['group_leave_space'], onezone: ['oz_groups_remove_relationships'] },
    answers: done,
    refusals: refused([403, 404]),
  },
};

const group = { tag: 'Group' } as const;
const oneGroup: OperationText = { ...group, answers: shows('GroupShared'), refusals: refused([404]) };
const parent: OperationText = {
  ...group,
  privileges: { group: ['group_view'], onezone: ['oz_groups_view'] },
  answers: shows('GroupShared'),
  refusals: refused([403, 404]),
};
const parents: OperationText = {
  ...group,
  privileges: { group: ['group_view'], onezone: ['oz_groups_list_relationships'] },
  answers: shows('GroupIds'),
  refusals: refused([403, 404]),
};

export const belongingToGroups: Operations = {
  list_user_groups: { ...group, answers: shows('GroupIds'), refusals: refused([]) },
  list_user_effective_groups: { ...group, about: throughGroups, answers: shows('GroupIds'), refusals: refused([]) },
  get_user_group: { ...oneGroup, about: `Details of a group that the user belongs to, directly or through another. ${unrelated}` },
  get_user_effective_group: {
    ...oneGroup,
    about: `Details of a group that the user belongs to, directly or through another. ${unrelated}`,
  },
  leave_group: { ...group, about: 'Ends the direct membership; those through other groups stay.', answers: done, refusals: refused([404]) },
  list_group_parents: { ...parents, about: 'The groups that this one is a direct member of.' },
  list_group_effective_parents: { ...parents, about: 'All groups above this one.' },
  get_group_parent: { ...parent, about: `Details of a group that this one is a direct member of. ${unrelated}` },
  get_group_effective_parent: { ...parent, about: `Details of any group above this one. ${unrelated}` },
  group_leave_parent: {
    ...group,
    about: 'Ends the direct membership of the group in the one above it.',
    privileges: { group: ['group_leave_parent'], onezone: ['oz_groups_remove_relationships'] },
    answers: done,
    refusals: refused([403, 404]),
  },
};
