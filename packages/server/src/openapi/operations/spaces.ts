/** Spaces (rest §8.6). */
import { done, makes, refused, shows, takes, type Operations, type OperationText, type Refusals } from '../operation.ts';
import { nameErrors } from './inventories.ts';

const tag = 'Space';
const list: OperationText = { tag, answers: shows('SpaceIds'), refusals: refused([]) };
const creation = { tag, body: takes('SpaceCreation'), answers: makes() } as const;

/** Of the keys about the marketplace. */
const detailErrors = ['badValueListOfStrings', 'badValueTextTooLarge', 'badValueEmail', 'badValueBoolean'] as const;

/** With those about the directory, an extension. */
const creationErrors: Refusals = {
  400: [...new Set([...nameErrors, ...detailErrors, 'badValueEmpty', 'badValueIdentifierOccupied', 'badData'] as const)],
  409: ['alreadyExists'],
};

export const spaceOperations: Operations = {
  create_user_space: { ...creation, refusals: refused([403], creationErrors) },
  create_group_space: {
    ...creation,
    about: 'The group gets all privileges in the space; nobody is its owner then. To name a directory is for administrators.',
    privileges: { group: ['group_add_space'], onezone: ['oz_spaces_create'] },
    refusals: refused([403, 404], creationErrors),
  },
  list_user_spaces: list,
  list_effective_user_spaces: list,
  get_user_space: { tag, answers: shows('Space'), refusals: refused([404]) },
  create_space: {
    ...creation,
    privileges: { onezone: ['oz_spaces_create'] },
    refusals: refused([403], creationErrors),
  },
  list_spaces: { ...list, privileges: { onezone: ['oz_spaces_list'] }, refusals: refused([403]) },
  list_space_privileges: { tag, open: true, answers: shows('PrivilegeSets'), refusals: refused([]) },
  get_space: {
    tag,
    privileges: { note: 'membership', onezone: ['oz_spaces_view'] },
    answers: shows('Space'),
    refusals: refused([403, 404]),
  },
  modify_space: {
    tag,
    privileges: { space: ['space_update'] },
    body: takes('SpaceUpdate'),
    answers: done,
    refusals: refused([403, 404], {
      400: ['malformedData', 'missingAtLeastOneValue', 'badValueString', 'badValueName', 'missingRequiredValue', ...detailErrors],
    }),
  },
  remove_space: { tag, privileges: { space: ['space_delete'] }, answers: done, refusals: refused([403, 404]) },
  list_space_owners: { tag, privileges: { space: ['space_view'] }, answers: shows('UserIds'), refusals: refused([403, 404]) },
  add_space_owner: {
    tag,
    privileges: { note: 'owners' },
    answers: done,
    refusals: refused([403, 404], { 400: ['relationDoesNotExist'], 409: ['alreadyExists'] }),
  },
  remove_space_owner: {
    tag,
    privileges: { note: 'owners' },
    answers: done,
    refusals: refused([403, 404], { 400: ['cannotRemoveLastOwner'] }),
  },
};
