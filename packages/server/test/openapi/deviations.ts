/** Where our description of an operation of the contract is deliberately another one, and why. */

export interface Deviation {
  readonly operations: readonly string[] | 'all';
  /** Ids of errors that the contract does not list, by status. */
  readonly moreErrors?: Readonly<Record<number, readonly string[]>>;
  /** Ids of errors that the contract lists although no request can be answered so, by status. */
  readonly fewerErrors?: Readonly<Record<number, readonly string[]>>;
  readonly reason: string;
}

export const deviations: readonly Deviation[] = [
  {
    operations: 'all',
    moreErrors: { 406: ['notSupported'], 413: ['limitReached'], 415: ['notSupported'] },
    reason: 'D6: refusals of the stages before an operation have error JSON, so they are described; 413 is a limit of ours',
  },
  {
    operations: ['list_workflow_executions'],
    moreErrors: { 400: ['badData'] },
    reason: 'D6: a page token that is none is refused instead of failing the server',
  },
  {
    operations: ['schedule_workflow_execution'],
    moreErrors: { 400: ['badValueNotInRange', 'badValueTextTooLarge', 'badValueIdNotFound', 'badValueIdentifierOccupied'] },
    reason: 'extensions: labels, deadline, uploads, the header Idempotency-Key',
  },
  {
    operations: ['pause_workflow_execution'],
    moreErrors: { 400: ['badValueInteger', 'badValueNotInRange'] },
    reason: 'an extension: the deadline of a pause is not ignored when it is wrong',
  },
  {
    operations: ['cancel_workflow_execution'],
    moreErrors: { 400: ['atmInvalidStatusTransition'] },
    reason: 'a lane run that concluded first cannot be stopped, although its execution has not ended yet (execution R42)',
  },
  {
    operations: ['remove_space_user'],
    moreErrors: { 400: ['cannotRemoveLastOwner'] },
    reason: 'the rule that a space keeps an owner holds in every way of losing one (rest §8.6)',
  },
  {
    operations: ['create_user_space'],
    moreErrors: { 400: ['badValueEmpty', 'badValueBoolean', 'badValueIdentifierOccupied', 'badData'], 403: ['forbidden'] },
    reason: 'an extension: administrators may name a directory of the server',
  },
  {
    operations: ['create_user_space', 'create_space', 'modify_space'],
    moreErrors: { 400: ['badValueListOfStrings', 'badValueTextTooLarge', 'badValueEmail', 'badValueBoolean'] },
    reason: 'the keys about the marketplace are checked as rest §8.6 says',
  },
  {
    operations: ['join_atm_inventory', 'group_join_atm_inventory'],
    moreErrors: { 400: ['badValueString'] },
    reason: 'what is no text where one is needed is refused so everywhere (rest R56)',
  },
  {
    operations: ['join_atm_inventory', 'group_join_atm_inventory'],
    moreErrors: { 400: ['tokenCaveatUnknown', 'inviteTokenTargetIdInvalid'] },
    reason: 'an invitation may hold a caveat that is none, and outlive what it invites to (rest R110)',
  },
  {
    operations: ['create_temporary_token_for_current_user'],
    moreErrors: { 400: ['inviteTokenTargetIdInvalid', 'inviteTokenSubjectNotAuthorized'] },
    reason: 'who invites by a temporary token has to be allowed to as well (rest R117)',
  },
  {
    operations: ['group_join_atm_inventory'],
    moreErrors: {
      400: ['tokenInvalid', 'tokenRevoked', 'tokenCaveatUnverified', 'inviteTokenUsageLimitReached', 'inviteTokenSubjectNotAuthorized'],
    },
    reason: 'what can be wrong with an invitation is the same for a group as for a user (rest R110)',
  },
  {
    operations: ['modify_space'],
    moreErrors: { 400: ['missingRequiredValue'] },
    reason: 'advertising needs an address to write to',
  },
  {
    operations: ['verify_access_token', 'verify_identity_token', 'verify_invite_token'],
    moreErrors: { 400: ['badValueIPv4Address'] },
    reason: 'the address of a peer that is none is refused',
  },
  {
    operations: [
      'modify_atm_lambda_revision',
      'examine_token',
      'confine_token',
      'verify_access_token',
      'verify_identity_token',
      'verify_invite_token',
    ],
    moreErrors: { 400: ['badValueString'] },
    reason: 'what is no text where one is needed is refused so everywhere (rest R56)',
  },
  {
    operations: ['create_named_token_for_current_user'],
    moreErrors: { 400: ['badValueListOfStrings', 'badValueListNotAllowed', 'badValueInteger', 'badValueTooLow'] },
    reason: 'privileges and numbers of uses of invitations are checked',
  },
  {
    operations: ['rerun_workflow_execution', 'retry_workflow_execution'],
    moreErrors: { 400: ['badData', 'badValueIdentifierOccupied'] },
    reason: 'the header Idempotency-Key, an extension, has rules of its own',
  },
  {
    operations: ['modify_atm_workflow_schema'],
    moreErrors: { 400: ['missingRequiredValue'] },
    reason: 'a revision that comes with the change has to be whole',
  },
  {
    operations: ['create_space'],
    moreErrors: { 400: ['badValueEmpty', 'badData', 'badValueBoolean', 'badValueIdentifierOccupied'] },
    reason: 'the seed of the id and the directory of the space, an extension, are checked',
  },
  {
    operations: ['verify_access_token', 'verify_identity_token'],
    moreErrors: { 400: ['badValueNotAllowed'] },
    reason: 'an interface that is none is refused with those that there are',
  },
  {
    operations: ['verify_access_token'],
    moreErrors: { 400: ['badValueBoolean'] },
    reason: 'whether caveats of data access are accepted is checked to be true or false',
  },
  {
    operations: ['get_user_atm_inventory', 'get_user_effective_atm_inventory', 'leave_atm_inventory'],
    fewerErrors: { 403: ['forbidden'] },
    reason: 'what the user does not belong to is not found (rest §8.1)',
  },
  {
    operations: [
      'create_named_token_for_current_user',
      'create_temporary_token_for_current_user',
      'get_named_token_of_current_user_by_name',
      'get_named_token_status',
    ],
    fewerErrors: { 403: ['forbidden'] },
    reason: 'every user may, and only users come with a token (rest §8.8, R25)',
  },
  {
    operations: ['verify_access_token', 'verify_identity_token', 'verify_invite_token'],
    fewerErrors: { 400: ['badToken', 'tokenServiceForbidden'] },
    reason: 'a text that is no token is badValueToken (rest R134), and every user may use this provider (docs/compatibility.md)',
  },
  {
    operations: ['verify_invite_token'],
    fewerErrors: { 400: ['tokenSessionInvalid', 'badServiceToken'] },
    reason: 'an invitation is bound to no session, and no service is told with it (rest §8.8)',
  },
  {
    operations: ['join_atm_inventory'],
    fewerErrors: { 400: ['inviteTokenConsumerInvalid'] },
    reason: 'an invitation for others than users is of another type, which is told first (rest R110)',
  },
  {
    operations: ['modify_atm_lambda', 'insert_atm_lambda_revision'],
    fewerErrors: { 400: ['badValueEmpty'] },
    reason: 'no text of a revision of a lambda has to be more than empty; the id of the original is given at creation only (schemas §9.2)',
  },
  {
    operations: ['insert_atm_workflow_schema_revision'],
    fewerErrors: { 400: ['badValueName'] },
    reason: 'no name in a revision is checked but those in supplements, whose errors are told in badData (rest R126)',
  },
];
