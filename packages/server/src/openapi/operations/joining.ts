/** Invitations: who joins by one, and those to spaces (rest §8.1, §8.6, R110). */
import type { ErrorId } from '@laneway/model';
import { makes, refused, shows, takes, type Operations, type OperationText, type Tag } from '../operation.ts';

const errors: readonly ErrorId[] = [
  'malformedData',
  'missingRequiredValue',
  'badValueEmpty',
  'badValueString',
  'badValueToken',
  // What the invitation itself may be (rest R110).
  'tokenInvalid',
  'tokenRevoked',
  'tokenCaveatUnverified',
  'tokenCaveatUnknown',
  'inviteTokenUsageLimitReached',
  'inviteTokenSubjectNotAuthorized',
  'inviteTokenTargetIdInvalid',
];

function userJoins(tag: Tag, about: string): OperationText {
  return {
    tag,
    about,
    body: takes('JoinRequest'),
    answers: makes(),
    refusals: refused([], { 400: errors, 409: ['relationAlreadyExists'] }),
  };
}

function groupJoins(tag: Tag, privilege: string, about: string): OperationText {
  return {
    tag,
    about,
    privileges: { group: [privilege] },
    body: takes('JoinRequest'),
    answers: makes(),
    refusals: refused([403, 404], { 400: errors, 409: ['relationAlreadyExists'] }),
  };
}

function spaceInvitation(invited: 'user' | 'group'): OperationText {
  return {
    tag: 'Space',
    about: `The token is good for a week; a ${invited} that joins by it gets the privileges of a member.`,
    privileges: { space: [`space_add_${invited}`], onezone: ['oz_spaces_add_relationships'] },
    answers: shows('TokenBody', 'The token.'),
    refusals: refused([403, 404]),
  };
}

export const joiningOperations: Operations = {
  join_space: userJoins('Space', 'The user becomes a member of the space that the token invites to.'),
  group_join_space: groupJoins('Space', 'group_add_space', 'The group becomes a member of the space that the token invites to.'),
  join_atm_inventory: userJoins('Automation inventory', 'The user becomes a member of the inventory that the token invites to.'),
  group_join_atm_inventory: groupJoins(
    'Automation inventory',
    'group_add_atm_inventory',
    'The group becomes a member of the inventory that the token invites to.',
  ),
  join_group: userJoins('Group', 'The user becomes a member of the group that the token invites to.'),
  create_space_user_invite_token: spaceInvitation('user'),
  create_space_group_invite_token: spaceInvitation('group'),
};
