/** What concerns one account: its names, password and sessions, and logging in at an identity provider (rest §8.7; design §9). */
import type { ErrorId } from '@laneway/model';
import { text } from '../json-schema.ts';
import { done, query, refused, sendsOn, shows, takes, type Operations } from '../operation.ts';

const user = { tag: 'User' } as const;
const session = { tag: 'Session' } as const;

export const userNameErrors: readonly ErrorId[] = [
  'malformedData',
  'missingAtLeastOneValue',
  'badValueString',
  'badValueFullName',
  'badValueUsername',
  'badValueIdentifierOccupied',
];

export const accountOperations: Operations = {
  modify_current_user: {
    ...user,
    about: 'What is left out stays as it is.',
    body: takes('UserUpdate'),
    answers: done,
    refusals: refused([], { 400: userNameErrors }),
  },
  remove_current_user: {
    ...user,
    about: 'Refused while a space would be left without an owner, or nobody could administer users.',
    answers: done,
    refusals: refused([404], { 400: ['cannotRemoveLastOwner'], 403: ['forbiddenWithHint'] }),
  },
  toggle_user_access_block: {
    ...user,
    about: 'None of the credentials of a user who is blocked count until he is let in again; they are kept.',
    privileges: { onezone: ['oz_users_update'] },
    body: takes('AccessBlock'),
    answers: done,
    refusals: refused([404], {
      400: ['malformedData', 'missingRequiredValue', 'badValueBoolean'],
      403: ['forbidden', 'forbiddenWithHint'],
    }),
  },
  change_password: {
    ...user,
    about: 'Needs the old password, whatever the user is logged in with; 401 when it is not the right one. His other sessions end.',
    body: takes('PasswordChange'),
    answers: done,
    refusals: refused([404], {
      400: ['malformedData', 'missingRequiredValue', 'badValueString', 'badValuePassword', 'basicAuthNotSupported', 'basicAuthDisabled'],
    }),
  },
  update_basic_auth_config: {
    ...user,
    about: 'What is left out stays as it is. Only who has a username can log in with a password. His sessions end.',
    privileges: { onezone: ['oz_users_manage_passwords'] },
    body: takes('BasicAuthUpdate'),
    answers: done,
    refusals: refused([403, 404], {
      400: ['malformedData', 'missingAtLeastOneValue', 'badValueBoolean', 'badValueString', 'badValuePassword', 'badValueUsername'],
    }),
  },
};

export const sessionOperations: Operations = {
  open_session: {
    ...session,
    open: true,
    about: [
      'Sets the cookies of a session, for whom a password in the body or a token in its header stands for. Whatever changes something',
      'within it also needs its CSRF token in the header `X-CSRF-Token`. A token with other caveats than the time opens none.',
    ].join(' '),
    body: { ...takes('Login'), required: false },
    answers: {
      200: {
        description: 'The browser is logged in.',
        schema: { $ref: '#/components/schemas/OpenedSession' },
        headers: { 'Set-Cookie': text },
      },
    },
    refusals: refused([], { 400: ['malformedData', 'missingRequiredValue', 'badValueString'] }),
  },
  get_session: {
    ...session,
    about: 'Who the credentials of the request stand for, and of what kind they are.',
    answers: shows('Session'),
    refusals: refused([]),
  },
  close_session: {
    ...session,
    about: 'Ends the session of the request, and takes its cookies back. Tokens stay as they are.',
    answers: { 204: { description: 'It is done.', headers: { 'Set-Cookie': text } } },
    refusals: refused([]),
  },
  list_login_methods: {
    ...session,
    open: true,
    about: 'Whether passwords are accepted, and which identity provider is asked.',
    answers: shows('LoginMethods'),
    refusals: refused([]),
  },
  begin_oidc_login: {
    ...session,
    open: true,
    about: 'Binds the login to this browser by a cookie; 400 `notSupported` where no identity provider is configured.',
    parameters: [query('returnTo', { type: 'string', default: '/' })],
    answers: sendsOn('To the identity provider.'),
    refusals: refused([], { 400: ['notSupported'] }),
  },
  finish_oidc_login: {
    ...session,
    open: true,
    about: [
      'Opens a session for the account that is linked to the identity, or links it to the account that asked for that. Without an account',
      '403, or a new one where the configuration says so; 401 for a login that was not begun by this browser, or that failed at the provider.',
    ].join(' '),
    parameters: [query('state', text), query('code', text), query('error', text)],
    answers: sendsOn('To the place that the login was begun for.'),
    refusals: refused([404], { 400: ['notSupported'], 403: ['forbiddenWithHint'], 409: ['alreadyExists'] }),
  },
  begin_linking_account: {
    ...session,
    about: 'For a browser with a session: the identity that is proven at the address logs the user in afterwards.',
    body: { ...takes('LinkingRequest'), required: false },
    answers: {
      200: { description: 'Where to go.', schema: { $ref: '#/components/schemas/LinkingAddress' }, headers: { 'Set-Cookie': text } },
    },
    refusals: refused([403], { 400: ['malformedData', 'badValueString', 'notSupported'] }),
  },
  unlink_account: {
    ...session,
    about: 'That identity does not log the user in any more.',
    body: takes('LinkedIdentity'),
    answers: done,
    refusals: refused([404], { 400: ['malformedData', 'missingRequiredValue', 'badValueString'] }),
  },
};
