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
  refusals: refused([403], {
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
      'badValueEmpty',
      'badValueTextTooLarge',
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

function verification(body: string, errors: readonly ErrorId[]): OperationText {
  const about: readonly ErrorId[] = [
    'badValueIPv4Address',
    'badToken',
    'tokenInvalid',
    'tokenRevoked',
    'tokenCaveatUnverified',
    'tokenCaveatUnknown',
    'tokenSubjectInvalid',
    'tokenServiceForbidden',
    'tokenSessionInvalid',
    'badServiceToken',
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

export const tokenOperations: Operations = {
  create_named_token_for_current_user: creation,
  list_named_tokens_of_current_user: list,
  delete_named_tokens_of_current_user: { tag, answers: done, refusals: refused([]) },
  get_named_token_of_current_user_by_name: { tag, answers: shows('NamedToken'), refusals: refused([403, 404]) },
  create_named_token_for_user: { ...creation, privileges: managers, refusals: { ...creation.refusals, 404: ['notFound'] } },
  list_named_tokens_of_user: { ...list, privileges: managers, refusals: refused([403, 404]) },
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
        'badValueEmpty',
        'badValueTextTooLarge',
      ],
    }),
  },
  delete_named_token: { ...one, answers: done },
  get_named_token_status: { tag, answers: shows('TokenStatus'), refusals: refused([403, 404]) },
  create_temporary_token_for_current_user: {
    tag,
    body: takes('TemporaryTokenCreation'),
    answers: { 201: { description: 'The token.', schema: { $ref: '#/components/schemas/TokenBody' } } },
    refusals: refused([403], {
      400: ['malformedData', 'missingRequiredValue', 'badValueTokenType', 'badValueCaveat', 'badData', 'tokenTimeCaveatRequired'],
    }),
  },
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
  verify_access_token: verification('TokenVerification', ['notAnAccessToken']),
  verify_identity_token: verification('TokenVerification', ['notAnIdentityToken']),
  verify_invite_token: verification('InviteTokenVerification', ['badValueInviteType', 'notAnInviteToken']),
};
