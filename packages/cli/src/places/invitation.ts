/** What invite tokens invite to, in the words of the contract (rest §2.2) and of the command line. */
import type { Container, ContainerKind, LanewayClient } from '@laneway/client';
import { CliError } from '../failure.ts';
import { findContainer, type FoundContainer } from '../names/find-container.ts';

const words: Readonly<Record<ContainerKind, { readonly prefix: string; readonly place: string; readonly id: string }>> = {
  spaces: { prefix: 'space:', place: 'Space', id: 'spaceId' },
  atm_inventories: { prefix: 'inventory:', place: 'AtmInventory', id: 'atmInventoryId' },
  groups: { prefix: 'group:', place: 'Group', id: 'groupId' },
};
const kinds = Object.keys(words) as ContainerKind[];

/** `photos` and `space:photos`, `inventory:workflows`, `group:curators`. */
export async function findInvited(client: LanewayClient, text: string): Promise<FoundContainer> {
  const kind = kinds.find((one) => text.startsWith(words[one].prefix));
  return await findContainer(client, kind ?? 'spaces', kind === undefined ? text : text.slice(words[kind].prefix.length));
}

export function inviteType({ kind, id }: Container, invited: 'user' | 'group'): Readonly<Record<string, string>> {
  if (kind === 'groups' && invited === 'group') throw new CliError('nothing invites groups into groups', 'use "laneway group add-group"');
  return { inviteType: `${invited}Join${words[kind].place}`, [words[kind].id]: id };
}

export interface Invitation {
  readonly kind: ContainerKind;
  readonly invited: 'user' | 'group';
}

/** Out of what a token says of itself: `{inviteToken: {inviteType: 'userJoinSpace', …}}`. */
export function invitationOf(type: unknown): Invitation {
  const { inviteToken } = type as { readonly inviteToken?: { readonly inviteType?: string } };
  if (inviteToken === undefined) {
    throw new CliError('the token does not invite', 'make one that does with "laneway token create NAME --invite PLACE"');
  }
  const { inviteType: text = '' } = inviteToken;
  for (const kind of kinds) {
    if (text === `userJoin${words[kind].place}`) return { kind, invited: 'user' };
    if (text === `groupJoin${words[kind].place}` && kind !== 'groups') return { kind, invited: 'group' };
  }
  throw new CliError(`nobody can join by an invitation of the type "${text}" here`);
}
