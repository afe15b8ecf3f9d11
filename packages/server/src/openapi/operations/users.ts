/** Users and the audit (rest §8.7, §8.9); what concerns the own account is in accounts.ts. */
import { count, text } from '../json-schema.ts';
import { done, makes, query, refused, shows, takes, type Operations } from '../operation.ts';
import { pageLimit } from './executions.ts';
import { userNameErrors } from './accounts.ts';

const user = { tag: 'User' } as const;

export const userOperations: Operations = {
  get_current_user: { ...user, answers: shows('CurrentUser'), refusals: refused([]) },
  create_user: {
    ...user,
    privileges: { onezone: ['oz_users_create'] },
    body: takes('UserCreation'),
    answers: makes('UserCreated'),
    refusals: refused([403], { 400: [...userNameErrors, 'badValuePassword'] }),
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
