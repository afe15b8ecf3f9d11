/** Zone-wide privileges of users and groups (rest §6.4, §8.7). */
import { done, refused, shows, takes, type Operations, type Refusals } from '../operation.ts';

/** Of those that are missing `current_user` knows no 404: he is there. */
function privilegesOf(noun: 'current_user' | 'user' | 'group'): Operations {
  const tag = noun === 'group' ? 'Group' : 'User';
  const own = noun === 'group' ? 'Whoever belongs to the group may see them: they are his.' : 'Everybody may see his own.';
  const missing = noun === 'current_user' ? [] : [404 as const];
  const view = {
    tag,
    answers: shows('PrivilegeList'),
    ...(noun === 'current_user'
      ? { refusals: refused([]) }
      : { privileges: { onezone: ['oz_view_privileges'] }, refusals: refused([403, 404]) }),
  } as const;
  const change = { tag, privileges: { onezone: ['oz_set_privileges'] }, answers: done } as const;
  // Who administers users by a privilege of his own counts, so what groups hold may always be taken.
  const forbidden: Refusals = noun === 'group' ? { 403: ['forbidden'] } : { 403: ['forbidden', 'forbiddenWithHint'] };
  const last = noun === 'group' ? '' : ' Refused when nobody could administer users any more.';
  return {
    [`get_${noun}_privileges`]: { ...view, about: `Those that were granted. ${own}` },
    [`get_${noun}_effective_privileges`]: { ...view, about: `Those that were granted, and those that come through groups. ${own}` },
    [`update_${noun}_privileges`]: {
      ...change,
      about: `What is in both lists is not held afterwards.${last}`,
      body: takes('PrivilegeChange'),
      refusals: refused(missing, {
        400: ['malformedData', 'missingAtLeastOneValue', 'badValueListOfStrings', 'badValueListNotAllowed'],
        ...forbidden,
      }),
    },
    [`remove_${noun}_privileges`]: {
      ...change,
      about: `Those that come through groups stay.${last}`,
      refusals: refused(missing, forbidden),
    },
  };
}

export const zonePrivilegeOperations: Operations = {
  list_privileges: { tag: 'User', open: true, answers: shows('ZonePrivilegeSets'), refusals: refused([]) },
  ...privilegesOf('current_user'),
  ...privilegesOf('user'),
  ...privilegesOf('group'),
};
