/** Members of spaces, inventories and groups: users, and groups (rest §8.1, §8.6, §8.7). */
import type { ErrorId } from '@laneway/model';
import { done, makes, mayTake, refused, shows, takes, type Operations, type OperationText, type Tag } from '../operation.ts';
import { groupErrors } from './groups.ts';

type Container = 'atm_inventory' | 'space' | 'group';
type Member = 'user' | 'group' | 'child';

const containers = {
  atm_inventory: { tag: 'Automation inventory', plural: 'atm_inventories', word: 'inventory', join: 'group_add_atm_inventory' },
  space: { tag: 'Space', plural: 'spaces', word: 'space', join: 'group_add_space' },
  group: { tag: 'Group', plural: 'groups', word: 'group', join: 'group_add_parent' },
} as const satisfies Record<Container, { readonly tag: Tag; readonly plural: string; readonly word: string; readonly join: string }>;

const members = {
  user: { segment: 'users', zone: 'users', ids: 'UserIds', shared: 'UserShared', one: 'the user', many: 'users' },
  group: { segment: 'groups', zone: 'groups', ids: 'GroupIds', shared: 'GroupShared', one: 'the group', many: 'groups' },
  child: { segment: 'children', zone: 'groups', ids: 'GroupIds', shared: 'GroupShared', one: 'the child group', many: 'child groups' },
} as const;

type Told = Pick<OperationText, 'answers' | 'about'> & Partial<OperationText>;

/** An operation that needs a privilege in the container, or a zone-wide one. */
function told(of: Container, privilege: string, zone: string, rest: Told): OperationText {
  return {
    tag: containers[of].tag,
    privileges: { [of]: [`${of}_${privilege}`], onezone: [zone] },
    refusals: refused([403, 404]),
    ...rest,
  };
}

function reading(of: Container, member: Member): Operations {
  const { plural, word } = containers[of];
  const { segment, zone, ids, shared, one, many } = members[member];
  const list = (about: string) => told(of, 'view', `oz_${plural}_list_relationships`, { about, answers: shows(ids) });
  const get = (about: string) => told(of, 'view', `oz_${zone}_view`, { about, answers: shows(shared) });
  const own = member === 'user' ? 'Everybody may see his own.' : 'Whoever belongs to it may see them: they are his.';
  const privileges = (about: string) =>
    told(of, 'view_privileges', `oz_${plural}_view_privileges`, { about: `${about} ${own}`, answers: shows('PrivilegeList') });
  return {
    [`list_${of}_${segment}`]: list(`The ${many} that are direct members.`),
    [`list_effective_${of}_${segment}`]: list(`The ${many} that belong to the ${word} directly or through groups that are members.`),
    [`get_${of}_${member}`]: get(
      `What members learn about ${one}, who is a direct member. Any member may see who made the ${word}. 404 also when the two are not related.`,
    ),
    [`get_effective_${of}_${member}`]: get(`The same of ${one} who belongs to the ${word} through a group, too.`),
    [`list_${member}_${of}_privileges`]: privileges(`What was granted to ${one} as a direct member.`),
    [`list_effective_${member}_${of}_privileges`]: privileges(`What ${one} may do, with all that comes through groups.`),
    [`get_effective_${member}_${of}_membership_intermediaries`]: told(of, 'view', `oz_${plural}_list_relationships`, {
      about: `The members of the ${word} through which ${one} belongs to it; the ${word} itself stands for a direct membership. ${own}`,
      answers: shows('Membership'),
    }),
  };
}

const additionErrors: readonly ErrorId[] = ['malformedData', 'badValueListOfStrings', 'badValueListNotAllowed', 'badValueIdNotFound'];
/** Groups must not go in circles. */
const circleErrors: readonly ErrorId[] = ['cannotAddRelationToSelf', 'badData'];

function adding(of: Container, member: Member): OperationText {
  const { plural, word, join } = containers[of];
  const { one, zone } = members[member];
  const whose = member === 'user' ? 'Somebody brings himself in' : `Whoever holds \`${join}\` in the group brings it in`;
  return told(of, `add_${member}`, `oz_${plural}_add_relationships`, {
    about: [
      `Makes ${one} a member of the ${word}. ${whose}; administrators, who also need \`oz_${zone}_add_relationships\`, bring anybody.`,
      `Privileges in the body need \`${of}_set_privileges\` or \`oz_${plural}_set_privileges\`, too.`,
    ].join(' '),
    body: mayTake('MemberAddition'),
    answers: makes(),
    refusals: refused([403, 404], {
      400: of === 'group' && member === 'child' ? [...additionErrors, ...circleErrors] : additionErrors,
      409: ['relationAlreadyExists'],
    }),
  });
}

function changing(of: Container, member: Member): Operations {
  const { plural, word } = containers[of];
  const { one } = members[member];
  const losesOwner = of === 'space' && member === 'user';
  return {
    [member === 'group' ? `add_group_to_${of}` : `add_${of}_${member}`]: adding(of, member),
    [`remove_${of}_${member}`]: told(of, `remove_${member}`, `oz_${plural}_remove_relationships`, {
      about: `Takes ${one} out of the ${word}.${losesOwner ? ' A space is never left without an owner.' : ''}`,
      answers: done,
      refusals: refused([403, 404], losesOwner ? { 400: ['cannotRemoveLastOwner'] } : {}),
    }),
    [`update_${member}_${of}_privileges`]: told(of, 'set_privileges', `oz_${plural}_set_privileges`, {
      about: `Grants and revokes what ${one} may do as a direct member. What is in both lists is not held afterwards.`,
      body: takes('PrivilegeChange'),
      answers: done,
      refusals: refused([403, 404], {
        400: ['malformedData', 'missingAtLeastOneValue', 'badValueListOfStrings', 'badValueListNotAllowed'],
      }),
    }),
  };
}

/** A group that begins as a member. */
function creating(of: Container, member: 'group' | 'child'): Operations {
  const { plural, word } = containers[of];
  return {
    [`create_${of}_${member}`]: told(of, `add_${member}`, `oz_${plural}_add_relationships`, {
      about: [
        `Makes a new group and lets it belong to the ${word}, with the privileges of a member. Who may because of what he is in the ${word}`,
        'becomes an administrator of the group; others, who also need `oz_groups_create`, do not belong to it.',
      ].join(' '),
      body: takes('GroupCreation'),
      answers: makes(),
      refusals: refused([403, 404], { 400: groupErrors }),
    }),
  };
}

/** The same operations on the members of each container, be they users or groups. */
export function memberOperations(of: Container, member: Member): Operations {
  return { ...reading(of, member), ...changing(of, member), ...(member === 'user' ? {} : creating(of, member)) };
}
