/** Tokens (rest §8.8). */
import type { ErrorId } from '@laneway/model';
import { done, makes, refused, shows, takes, type Operations, type OperationText } from '../operation.ts';

const tag = 'Token';
const owner = { note: 'owner', onezone: ['oz_tokens_manage'] } as const;
const managers = { onezone: ['oz_tokens_manage'] } as const;

const creation = {
  tag,
  body: takes('NamedTokenCreation'),
  answers: makes('NamedTokenCreated'),
  refusals: refused([], {
    400: [
      'malformedData',
      'missingRequiredValue',
      'badValueString',
      'badValueName',
      'badValueIdentifierOccupied',
      'badValueTokenType',
      'badValueCaveat',
      'badData',
      'badValueJSON',
      'badValueBoolean',
      'inviteTokenTargetIdInvalid',
      'inviteTokenSubjectNotAuthorized',
      'badValueListOfStrings',
      'badValueListNotAllowed',
      'badValueInteger',
      'badValueTooLow',
    ],
  }),
} as const satisfies OperationText;

const tokenErrors: readonly ErrorId[] = ['malformedData', 'missingRequiredValue', 'badValueEmpty', 'badValueToken', 'badValueString'];
const list: OperationText = { tag, answers: shows('TokenIds'), refusals: refused([]) };
const one: OperationText = { tag, privileges: owner, answers: shows('NamedToken'), refusals: refused([403, 404]) };

/** Of where, and by which service, it is said to be presented; invitations are bound to neither. */
const circumstanceErrors: readonly ErrorId[] = ['badValueIPv4Address', 'badValueNotAllowed', 'tokenSessionInvalid', 'badServiceToken'];

function verification(body: string, errors: readonly ErrorId[]): OperationText {
  const about: readonly ErrorId[] = [
    'tokenInvalid',
    'tokenRevoked',
    'tokenCaveatUnverified',
    'tokenCaveatUnknown',
    'tokenSubjectInvalid',
    'badConsumerToken',
    'userBlocked',
  ];
  return {
    tag,
    open: true,
    body: takes(body),
    answers: shows('TokenVerificationResult'),
    refusals: refused([], { 400: [...tokenErrors, ...about, ...errors] }),
  };
}

const temporary = {
  tag,
  body: takes('TemporaryTokenCreation'),
  answers: { 201: { description: 'The token.', schema: { $ref: '#/components/schemas/TokenBody' } } },
  refusals: refused([], {
    400: [
      'malformedData',
      'missingRequiredValue',
      'badValueTokenType',
      'badValueCaveat',
      'badData',
      'tokenTimeCaveatRequired',
      'inviteTokenTargetIdInvalid',
      'inviteTokenSubjectNotAuthorized',
    ],
  }),
} as const satisfies OperationText;

/** The tokens of another subject, for those who manage tokens. */
function tokensOf(subject: 'user' | 'provider'): Operations {
  const ofSubject = { privileges: managers, refusals: refused([403, 404]) } as const;
  return {
    [`create_named_token_for_${subject}`]: {
      ...creation,
      about: `It acts for the ${subject}. Its text is shown only to those who may see the token.`,
      privileges: managers,
      refusals: { ...creation.refusals, 403: ['forbidden'], 404: ['notFound'] },
    },
    [`list_named_tokens_of_${subject}`]: { ...list, ...ofSubject },
    [`delete_named_tokens_of_${subject}`]: { tag, ...ofSubject, about: 'They end at once, and for good.', answers: done },
    [`get_named_token_of_${subject}_by_name`]: {
      tag,
      ...ofSubject,
      about: `Names are unique among the tokens of a ${subject}.`,
      answers: shows('NamedToken'),
    },
    [`create_temporary_token_for_${subject}`]: {
      ...temporary,
      about: `It acts for the ${subject}, is not listed, and lasts a week at most.`,
      privileges: managers,
      refusals: { ...temporary.refusals, 403: ['forbidden'], 404: ['notFound'] },
    },
  };
}

const clientToken = { tag } as const;

/** Access tokens as older clients ask for them (rest R136). */
export const clientTokenOperations: Operations = {
  create_client_token: {
    ...clientToken,
    about: 'An access token without caveats, under a name that the server chooses.',
    answers: shows('TokenBody', 'The token.'),
    refusals: refused([]),
  },
  list_client_tokens: {
    ...clientToken,
    about: 'The texts of all named access tokens of the user.',
    answers: shows('TokenTexts'),
    refusals: refused([]),
  },
  delete_client_token: { ...clientToken, about: 'It ends at once, and for good.', answers: done, refusals: refused([404]) },
};

export const tokenOperations: Operations = {
  create_named_token_for_current_user: creation,
  list_named_tokens_of_current_user: list,
  delete_named_tokens_of_current_user: { tag, answers: done, refusals: refused([]) },
  get_named_token_of_current_user_by_name: { tag, answers: shows('NamedToken'), refusals: refused([404]) },
  ...tokensOf('user'),
  get_temporary_token_generation_of_user: {
    tag,
    about: 'It grows whenever all temporary tokens of the user are revoked.',
    privileges: managers,
    answers: shows('TokenGeneration'),
    refusals: refused([403, 404]),
  },
  revoke_all_temporary_tokens_of_user: {
    tag,
    about: 'Those that are made afterwards count.',
    privileges: managers,
    answers: done,
    refusals: refused([403, 404]),
  },
  ...tokensOf('provider'),
  list_all_named_tokens: {
    ...list,
    about: 'Those of users and of the provider.',
    privileges: managers,
    refusals: refused([403]),
  },
  get_named_token: one,
  modify_named_token: {
    tag,
    privileges: owner,
    body: takes('NamedTokenUpdate'),
    answers: done,
    refusals: refused([403, 404], {
      400: [
        'malformedData',
        'missingAtLeastOneValue',
        'badValueString',
        'badValueName',
        'badValueIdentifierOccupied',
        'badValueBoolean',
        'badValueJSON',
      ],
    }),
  },
  delete_named_token: { ...one, answers: done },
  get_named_token_status: { tag, answers: shows('TokenStatus'), refusals: refused([404]) },
  create_temporary_token_for_current_user: temporary,
  get_temporary_token_generation_of_current_user: { tag, answers: shows('TokenGeneration'), refusals: refused([]) },
  revoke_all_temporary_tokens_of_current_user: { tag, answers: done, refusals: refused([]) },
  examine_token: {
    tag,
    open: true,
    body: takes('TokenBody'),
    answers: shows('TokenExamination'),
    refusals: refused([], { 400: tokenErrors }),
  },
  confine_token: {
    tag,
    open: true,
    body: takes('TokenConfinement'),
    answers: shows('TokenBody'),
    refusals: refused([], { 400: [...tokenErrors, 'badValueCaveat', 'badData'] }),
  },
  verify_access_token: verification('TokenVerification', ['notAnAccessToken', ...circumstanceErrors, 'badValueBoolean']),
  verify_identity_token: verification('TokenVerification', ['notAnIdentityToken', ...circumstanceErrors]),
  verify_invite_token: verification('InviteTokenVerification', ['badValueInviteType', 'notAnInviteToken', 'badValueIPv4Address']),
  infer_access_token_scope: {
    ...verification('AccessTokenScopeRequest', ['notAnAccessToken', 'tokenSessionInvalid']),
    about: [
      'The token is read as if it were used where it may be used: only caveats on time, consumer and data count. Names the spaces that it',
      'reaches something of, and where their files are.',
    ].join(' '),
    answers: shows('AccessTokenScope'),
  },
};
