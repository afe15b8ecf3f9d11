/** Inviting, and joining by an invite token (rest R110, R117). */
import { makeError, ok, refuse, type ErrorObject, type Result } from '@laneway/model';
import { checkInvite, redeemInvite, type RedemptionOutcome } from '../persistence/sql/invites.ts';
import type { Database } from '../persistence/sql.ts';
import { inviteRights } from './invite-rights.ts';
import { inviteError, type Presentation, type Tokens } from './tokens.ts';
import { decodeToken, type TokenSubject } from './token-text.ts';
import { inviteOf, type Invite, type InviteCode } from './token-types.ts';

/** Who joins; a group joins on behalf of the user who presents the token. */
export interface JoiningSubject {
  readonly type: 'user' | 'group';
  readonly id: string;
}

export interface InviteUse {
  readonly token: string;
  /** The kind of token that is asked for here. */
  readonly code: InviteCode;
  readonly subject: JoiningSubject;
  readonly presentation: Presentation;
}

export class Invites {
  readonly #database: Database;
  readonly #tokens: Tokens;

  constructor(database: Database, tokens: Tokens) {
    this.#database = database;
    this.#tokens = tokens;
  }

  /** Whether the issuer may make such an invite token. */
  async check(params: {
    readonly invite: Invite;
    readonly issuer: TokenSubject;
    readonly privileges: readonly string[] | null;
  }): Promise<Result<void>> {
    const { invite, issuer, privileges } = params;
    const standing = await this.#database.call(checkInvite, { invite, issuer, choosesPrivileges: privileges !== null });
    return standing === 'allowed' ? ok(undefined) : refuse(standingError(standing, invite));
  }

  /** Makes the subject a member of the target that the token invites to, and gives the target's id. */
  async redeem({ token, code, subject, presentation }: InviteUse): Promise<Result<{ readonly targetId: string }>> {
    const decoded = decodeToken(token);
    const wrong = decoded.ok ? inviteError(decoded.value.identity, code) : decoded.error;
    if (wrong !== null) return refuse(makeError('badValueToken', { key: 'token', tokenError: wrong }));
    const verified = await this.#tokens.verify(token, presentation, { kind: 'invite', code });
    if (!verified.ok) return refuse(issuerGone.includes(verified.error.id) ? makeError('inviteTokenSubjectNotAuthorized') : verified.error);
    const { subject: issuer, typeText, token: reference } = verified.value;
    const invite = inviteOf(typeText);
    const right = invite === null ? null : inviteRights[invite.code];
    if (invite === null || right === null) return refuse(standingError('targetInvalid', invite ?? { code, targetId: '' }));
    const consumer = { type: subject.type, id: subject.id };
    if (right.joins !== subject.type) return refuse(makeError('inviteTokenConsumerInvalid', { consumer }));
    const tokenId = reference.generation === null ? reference.id : null;
    const outcome = await this.#database.call(redeemInvite, { invite, issuer, tokenId, subjectId: subject.id });
    return outcome === 'joined' ? ok({ targetId: invite.targetId }) : refuse(outcomeError(outcome, invite, subject));
  }
}

/** A blocked issuer invites nobody (rest R110). */
const issuerGone: readonly string[] = ['userBlocked', 'tokenSubjectInvalid'];

function standingError(standing: 'targetInvalid' | 'notAuthorized', invite: Invite): ErrorObject {
  return standing === 'targetInvalid'
    ? makeError('inviteTokenTargetIdInvalid', { id: invite.targetId })
    : makeError('inviteTokenSubjectNotAuthorized');
}

const entityTypes = { space: 'space', inventory: 'atm_inventory', group: 'group' } as const;

function outcomeError(outcome: Exclude<RedemptionOutcome, 'joined'>, invite: Invite, subject: JoiningSubject): ErrorObject {
  switch (outcome) {
    case 'tokenGone':
      return makeError('tokenInvalid');
    case 'tokenRevoked':
      return makeError('tokenRevoked');
    case 'limitReached':
      return makeError('inviteTokenUsageLimitReached');
    case 'targetInvalid':
    case 'notAuthorized':
      return standingError(outcome, invite);
    case 'notOffered':
      return makeError('notSupported');
    case 'member': {
      const parentType = entityTypes[inviteRights[invite.code]?.target ?? 'space'];
      return makeError('relationAlreadyExists', { childType: subject.type, childId: subject.id, parentType, parentId: invite.targetId });
    }
  }
}
