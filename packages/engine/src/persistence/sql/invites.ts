/** Rights to invite, and joining by an invite token (rest R110): each decision and its effect in one transaction. */
import { inviteRights, type InviteRight } from '../../registry/invite-rights.ts';
import type { Invite } from '../../registry/token-types.ts';
import type { TokenSubject } from '../../registry/token-text.ts';
import { defineVerb, type SqlTransaction } from '../sql.ts';
import { effectiveMembership, zonePrivilegesOfGroups } from './effective-memberships.ts';
import { addMember } from './memberships.ts';
import { namedToken } from './registry-tokens.ts';

export interface InviteCheck {
  readonly invite: Invite;
  readonly issuer: TokenSubject;
  /** Other privileges than those of a member are offered. */
  readonly choosesPrivileges: boolean;
}

export type InviteStanding = 'allowed' | 'targetInvalid' | 'notAuthorized';

/** Whether the target exists, and its inviter may (still) invite to it; nobody blocked may. */
export async function inviteStanding(tx: SqlTransaction, { invite, issuer, choosesPrivileges }: InviteCheck): Promise<InviteStanding> {
  const right = inviteRights[invite.code];
  if (right === null || !(await targetExists(tx, right, invite.targetId))) return 'targetInvalid';
  if (issuer.type !== 'user') return 'notAuthorized';
  const account = await tx.get<{ blocked: number; privileges: string }>('select blocked, privileges from account where id = ?', [
    issuer.id,
  ]);
  if (account === undefined || account.blocked === 1) return 'notAuthorized';
  const zone = [...(JSON.parse(account.privileges) as string[]), ...(await zonePrivilegesOfGroups(tx, issuer.id))];
  const held = await heldPrivileges(tx, invite.targetId, issuer.id);
  const holds = (local: string, zoneWide: string): boolean => held === 'all' || held.includes(local) || zone.includes(zoneWide);
  if (!holds(right.invite, right.zoneInvite)) return 'notAuthorized';
  return !choosesPrivileges || holds(right.setPrivileges, right.zoneSetPrivileges) ? 'allowed' : 'notAuthorized';
}

const targetTables = { space: 'space', inventory: 'inventory', group: 'user_group' } as const;

async function targetExists(tx: SqlTransaction, right: InviteRight, targetId: string): Promise<boolean> {
  // The row is held, so that nobody joins what is being deleted.
  return (await tx.get(`select id from ${targetTables[right.target]} where id = ?${tx.dialect.forUpdate}`, [targetId])) !== undefined;
}

/** What the user may do to the target, also through groups; owners may do everything (rest R98, R99). */
async function heldPrivileges(tx: SqlTransaction, targetId: string, userId: string): Promise<readonly string[] | 'all'> {
  const held = await effectiveMembership(tx, targetId, userId);
  return held?.owner === true ? 'all' : (held?.privileges ?? []);
}

/** Looked at when an invite token is made; a lock is taken and let go. */
export const checkInvite = defineVerb(
  'checkInvite',
  'control',
  async (tx, params: InviteCheck): Promise<InviteStanding> => await inviteStanding(tx, params),
);

const containerTypes = { space: 'space', inventory: 'atm_inventory', group: 'group' } as const;

export interface Redemption {
  readonly invite: Invite;
  readonly issuer: TokenSubject;
  /** null for a temporary token, which has no limit and offers the privileges of a member. */
  readonly tokenId: string | null;
  readonly subjectId: string;
}

export type RedemptionOutcome =
  | 'joined'
  | 'tokenGone'
  | 'tokenRevoked'
  | 'limitReached'
  | 'targetInvalid'
  | 'notAuthorized'
  | 'notOffered'
  | 'member';

/** Uses an invite token once; of two who use the last time at once, one joins. */
export const redeemInvite = defineVerb('redeemInvite', 'control', async (tx, params: Redemption): Promise<RedemptionOutcome> => {
  const { invite, issuer, tokenId, subjectId } = params;
  const token = tokenId === null ? null : await namedToken(tx, tokenId, true);
  if (tokenId !== null && token === null) return 'tokenGone';
  if (token?.revoked === true) return 'tokenRevoked';
  const { usageLimit = null, usageCount = 0, privileges = null } = token?.invitation ?? {};
  if (usageLimit !== null && usageCount >= usageLimit) return 'limitReached';
  const standing = await inviteStanding(tx, { invite, issuer, choosesPrivileges: privileges !== null });
  if (standing !== 'allowed') return standing;
  const right = inviteRights[invite.code];
  if (right === null) return 'notOffered';
  const joining = await addMember.run(tx, {
    container: { type: containerTypes[right.target], id: invite.targetId },
    member: { type: right.joins, id: subjectId },
    privileges: privileges ?? right.memberPrivileges,
    owner: false,
  });
  // A group that would contain itself cannot join, whoever invites it.
  if (joining === 'self' || joining === 'circle') return 'targetInvalid';
  if (joining !== 'added') return joining === 'exists' ? 'member' : 'targetInvalid';
  if (tokenId !== null) await tx.run('update named_token set usage_count = usage_count + 1 where id = ?', [tokenId]);
  return 'joined';
});

export const inviteVerbs = [checkInvite, redeemInvite];
