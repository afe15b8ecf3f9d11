import type { ErrorDefinition } from '../definition.ts';

/** Errors about tokens. */
export const tokenErrors = {
  badConsumerToken: {
    httpCode: 400,
    details: { tokenError: 'error' },
    template: 'The token presented to identify the consumer was rejected: {tokenError}',
  },
  badIdpAccessToken: { httpCode: 400, details: { idp: 'string' }, template: 'Identity provider "{idp}" rejected the access token.' },
  badServiceToken: {
    httpCode: 400,
    details: { tokenError: 'error' },
    template: 'The token presented to identify the service was rejected: {tokenError}',
  },
  badToken: {
    httpCode: 400,
    details: {},
    template: 'The token string cannot be decoded; check that it was copied whole and without extra characters.',
  },
  inviteTokenConsumerInvalid: {
    httpCode: 400,
    details: { consumer: 'json' },
    template: 'Consumer "{consumer}" cannot use an invite token of this kind.',
  },
  inviteTokenSubjectNotAuthorized: {
    httpCode: 400,
    details: {},
    template: 'The issuer of this invite token may not (or may no longer) invite others to the target.',
  },
  inviteTokenTargetIdInvalid: {
    httpCode: 400,
    details: { id: 'string' },
    template: 'Id "{id}" is not an acceptable target of an invite token of this kind.',
  },
  inviteTokenUsageLimitReached: { httpCode: 400, details: {}, template: 'This invite token has been used as many times as it allows.' },
  notAnAccessToken: {
    httpCode: 400,
    details: { received: 'json' },
    template: 'An access token is required here, but the given one is a(n) {received}.',
  },
  notAnIdentityToken: {
    httpCode: 400,
    details: { received: 'json' },
    template: 'An identity token is required here, but the given one is a(n) {received}.',
  },
  notAnInviteToken: {
    httpCode: 400,
    details: { expectedInviteType: 'string', received: 'json' },
    template: 'An invite token of type "{expectedInviteType}" is required here, but the given one is a(n) {received}.',
  },
  tokenCaveatUnknown: {
    httpCode: 400,
    details: { caveat: 'string' },
    template: 'The token carries a caveat that is not recognised: "{caveat}".',
  },
  tokenCaveatUnverified: {
    httpCode: 400,
    details: { caveat: 'json' },
    template: 'A caveat of the token is not satisfied by this request: {caveat}.',
  },
  tokenInvalid: { httpCode: 400, details: {}, template: 'The token is well formed, yet it is not valid or has ceased to be.' },
  tokenRevoked: { httpCode: 400, details: {}, template: 'The issuer has revoked this token.' },
  tokenServiceForbidden: {
    httpCode: 400,
    details: { service: 'json' },
    template: 'The issuer of the token has no access to service "{service}".',
  },
  tokenSessionInvalid: {
    httpCode: 400,
    details: {},
    template: 'The token belongs to a session that is not the one presented, or that has ended.',
  },
  tokenSubjectInvalid: { httpCode: 400, details: {}, template: 'The issuer of the token does not exist or is not the expected one.' },
  tokenTimeCaveatRequired: {
    httpCode: 400,
    details: { maxTtl: 'integer' },
    template: 'A temporary token must carry a time caveat that expires within {maxTtl} seconds.',
  },
  tokenTooLarge: { httpCode: 400, details: { limit: 'integer' }, template: 'The token is longer than the permitted {limit} characters.' },
} as const satisfies Readonly<Record<string, ErrorDefinition>>;
