import { spacePrivileges } from '@laneway/engine';
import { booleanField, entityNameField, makeError, textField } from '@laneway/model';
import { forbidden, hasZonePrivilege, type UserIdentity } from '../auth/identity.ts';
import type { ServerDeps } from '../deps.ts';
import { zoneData } from '../http/fields.ts';
import { need, Refusal } from '../http/refusal.ts';
import type { Call } from '../http/route.ts';
import type { FirstMember } from './relations/creating.ts';
import { detailFields, detailsOf, requireContact } from './space-fields.ts';

export const spaceParameters = [
  { name: 'name', in: 'body', text: 'required' },
  { name: 'idGeneratorSeed', in: 'body', text: 'makes the id predictable; one used before is refused' },
  { name: 'description', in: 'body', text: 'text' },
  { name: 'organizationName', in: 'body', text: 'text' },
  { name: 'tags', in: 'body', text: 'list of words' },
  { name: 'advertisedInMarketplace', in: 'body', text: 'true needs marketplaceContactEmail' },
  { name: 'marketplaceContactEmail', in: 'body', text: 'address' },
  { name: 'path', in: 'body', text: 'extension, administrators only: an existing directory of the server' },
  { name: 'readonly', in: 'body', text: 'extension: true forbids writing; default false' },
] as const;

function firstMembers(first: FirstMember): Partial<Parameters<ServerDeps['spaces']['create']>[0]> {
  if (first.type === 'user') return { ownerPrivileges: spacePrivileges.admin };
  return first.type === 'group' ? { group: { id: first.id, privileges: spacePrivileges.admin } } : {};
}

/** A user becomes its owner; a group gets all privileges, and nobody is an owner then (rest §8.6). */
export async function createSpace(deps: ServerDeps, call: Call, user: UserIdentity, first: FirstMember): Promise<string> {
  const { name, path, readonly, idGeneratorSeed, ...details } = zoneData(call.body, {
    required: { name: entityNameField },
    optional: {
      ...detailFields,
      idGeneratorSeed: textField({ notEmpty: true }),
      path: textField({ notEmpty: true }),
      readonly: booleanField(),
    },
  });
  // Naming a directory of the server is not for everybody.
  if (path !== undefined && !hasZonePrivilege(user, 'oz_spaces_create')) throw forbidden();
  requireContact(details);
  if (path !== undefined && (await deps.spaces.findByPath(path)) !== null)
    throw new Refusal(makeError('badValueIdentifierOccupied', { key: 'path' }));
  const space = await deps.spaces.create({
    name,
    path: path ?? null,
    readonly: readonly ?? false,
    ownerUserId: user.account.id,
    details: detailsOf(details),
    ...(idGeneratorSeed === undefined ? {} : { idGeneratorSeed }),
    ...firstMembers(first),
  });
  return need(space).id;
}
