/** Types of tokens: as JSON, and as written in the identifier of a token (rest §2.2). */

/** `act`, `act:<session>`, `idn`, or `<invite code>:<target>:<parameters>`. */
export type TokenTypeText = string;

export type TokenType =
  | { readonly accessToken: { readonly sessionId?: string } }
  | { readonly identityToken: Readonly<Record<string, never>> }
  | { readonly inviteToken: Readonly<Record<string, unknown>> };

export interface Invite {
  readonly code: InviteCode;
  readonly targetId: string;
}

export type TokenKind = 'access' | 'identity' | 'invite';

const inviteTypes = {
  ujg: ['userJoinGroup', 'groupId'],
  gjg: ['groupJoinGroup', 'groupId'],
  ujs: ['userJoinSpace', 'spaceId'],
  gjs: ['groupJoinSpace', 'spaceId'],
  ssp: ['supportSpace', 'spaceId'],
  hjs: ['harvesterJoinSpace', 'spaceId'],
  rop: ['registerOneprovider', 'adminUserId'],
  ujc: ['userJoinCluster', 'clusterId'],
  gjc: ['groupJoinCluster', 'clusterId'],
  ujh: ['userJoinHarvester', 'harvesterId'],
  gjh: ['groupJoinHarvester', 'harvesterId'],
  sjh: ['spaceJoinHarvester', 'harvesterId'],
  uji: ['userJoinAtmInventory', 'atmInventoryId'],
  gji: ['groupJoinAtmInventory', 'atmInventoryId'],
} as const;

export type InviteCode = keyof typeof inviteTypes;

const inviteCodes = Object.keys(inviteTypes) as InviteCode[];

/** Ids are looked up in text columns, which cannot hold every text, and are parts of identifiers, which cannot be of any length. */
export const idText = /^[\w-]{1,1024}$/;

/** The code of an `inviteType`, or null for a word that is none. */
export function inviteCodeOf(inviteType: unknown): InviteCode | null {
  return inviteCodes.find((code) => inviteTypes[code][0] === inviteType) ?? null;
}

export function inviteTypeName(code: InviteCode): string {
  return inviteTypes[code][0];
}

export function inviteTypeText(invite: Invite): TokenTypeText {
  return `${invite.code}:${invite.targetId}:${invite.code === 'ssp' ? 'ge' : ''}`;
}

export function inviteOf(text: TokenTypeText): Invite | null {
  const [code = '', targetId = '', params, ...rest] = text.split(':');
  const known = inviteCodes.find((candidate) => candidate === code);
  if (known === undefined || rest.length > 0 || params !== (known === 'ssp' ? 'ge' : '')) return null;
  return idText.test(targetId) ? { code: known, targetId } : null;
}

/** null for a text that names no type. */
export function typeOfText(text: TokenTypeText): TokenType | null {
  if (text === 'act') return { accessToken: {} };
  if (text.startsWith('act:')) return idText.test(text.slice(4)) ? { accessToken: { sessionId: text.slice(4) } } : null;
  if (text === 'idn') return { identityToken: {} };
  const invite = inviteOf(text);
  if (invite === null) return null;
  const [inviteType, targetKey] = inviteTypes[invite.code];
  return { inviteToken: { inviteType, [targetKey]: invite.targetId, parameters: {} } };
}

/** The text of a type given as JSON, or null when it is not one. */
export function typeTextOf(json: unknown): TokenTypeText | null {
  if (json === 'accessToken') return 'act';
  if (json === 'identityToken') return 'idn';
  if (!isObject(json)) return null;
  const [[key, value] = [], ...others] = Object.entries(json);
  if (key === undefined || others.length > 0 || !isObject(value)) return null;
  if (key === 'accessToken') return accessTypeText(value);
  if (key === 'identityToken') return Object.keys(value).length === 0 ? 'idn' : null;
  return key === 'inviteToken' ? invitationText(value) : null;
}

function accessTypeText(value: Readonly<Record<string, unknown>>): TokenTypeText | null {
  const { sessionId, ...others } = value;
  if (Object.keys(others).length > 0) return null;
  if (sessionId === undefined) return 'act';
  return typeof sessionId === 'string' && idText.test(sessionId) ? `act:${sessionId}` : null;
}

/** `parameters` may be missing, and is empty for every type (rest §2.2). */
function invitationText(value: Readonly<Record<string, unknown>>): TokenTypeText | null {
  const code = inviteCodeOf(value['inviteType']);
  if (code === null) return null;
  const targetKey = inviteTypes[code][1];
  const { inviteType: _, parameters = {}, [targetKey]: targetId, ...others } = value;
  if (Object.keys(others).length > 0 || !isObject(parameters) || Object.keys(parameters).length > 0) return null;
  return typeof targetId === 'string' && idText.test(targetId) ? inviteTypeText({ code, targetId }) : null;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function kindOf(type: TokenType): TokenKind {
  if ('accessToken' in type) return 'access';
  return 'identityToken' in type ? 'identity' : 'invite';
}
