/** The accounts of people whom the identity provider vouches for. Nobody is found by a name or an address. */
import type { Registry } from '@laneway/engine';
import { fullNameLike, makeError } from '@laneway/model';
import { Refusal } from '../http/refusal.ts';
import { forbidden } from './identity.ts';
import type { OidcPerson } from './oidc.ts';

type Found = NonNullable<Awaited<ReturnType<Registry['linkedAccounts']['find']>>>;

export const noAccount = makeError('forbiddenWithHint', { hint: 'no account is linked to this identity' });

/** Whoever is linked to the subject; with `signUp` a new account, else null. */
export async function accountOfPerson(registry: Registry, person: OidcPerson, signUp: boolean): Promise<Found | null> {
  const { linkedAccounts } = registry;
  const known = await linkedAccounts.find(person.issuer, person.subject);
  if (known !== null || !signUp) return known;
  const fullName = fullNameLike(person.name ?? '') ?? 'Unnamed User';
  const made = await registry.createUser({ fullName, username: null, privileges: [] });
  if (!made.ok) throw new Refusal(made.error);
  const { userId } = made.value;
  const linked = await linkedAccounts.link(userId, person);
  // The same person came twice at once, and the other account is his.
  if (linked !== 'linked') await registry.deleteUser(userId);
  const found = await linkedAccounts.find(person.issuer, person.subject);
  if (found === null) throw forbidden();
  return found;
}
