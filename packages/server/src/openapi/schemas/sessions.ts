/** Passwords, sessions of browsers, and logins at an identity provider (rest §8.7; design §9). */
import { described, flag, oneWordOf, orNull, record, ref, text, type Schemas } from '../json-schema.ts';

const password = described({ type: 'string', minLength: 8, maxLength: 1024 }, 'At least 8 characters.');
const returnTo = described({ type: 'string', default: '/' }, 'Path of this server to go to afterwards; anything else counts as `/`.');

export const sessionSchemas: Schemas = {
  AccessBlock: record({ blocked: flag }),
  PasswordChange: record({ oldPassword: text, newPassword: password }),
  BasicAuthUpdate: record({ 'basicAuthEnabled?': flag, 'newPassword?': password }, { minProperties: 1 }),
  Login: record({ 'username?': text, 'password?': text }, { description: 'Both, unless the request has a token.' }),
  OpenedSession: record({
    userId: ref('Id'),
    csrfToken: described(text, 'Goes into the header `X-CSRF-Token` of whatever changes something.'),
    expiresAt: described(ref('Timestamp'), 'Whatever is done until then.'),
  }),
  Session: record({ userId: ref('Id'), fullName: text, by: oneWordOf(['token', 'password', 'session', 'idp']) }),
  LoginMethods: record({ password: flag, oidc: described(orNull('string'), 'Address of the identity provider; null: there is none.') }),
  LinkingRequest: record({ 'returnTo?': returnTo }),
  LinkingAddress: record({ url: { type: 'string', format: 'uri' } }),
  LinkedIdentity: record({ idp: described(text, 'Address of the identity provider.'), subjectId: text }),
};
