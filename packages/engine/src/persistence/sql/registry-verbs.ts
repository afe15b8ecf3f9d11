import { sessionVerbs } from './web-sessions.ts';
import type { Verb } from '../sql.ts';
import { effectiveMembershipVerbs } from './effective-memberships.ts';
import { membershipVerbs } from './memberships.ts';
import { inventoryVerbs } from './registry-inventories.ts';
import { lambdaVerbs } from './registry-lambdas.ts';
import { schemaVerbs } from './registry-schemas.ts';
import { credentialVerbs } from './credentials.ts';
import { inviteVerbs } from './invites.ts';
import { linkedAccountVerbs } from './linked-accounts.ts';
import { loginVerbs } from './logins.ts';
import { tokenVerbs } from './registry-tokens.ts';
import { userVerbs } from './registry-users.ts';
import { zonePrivilegeVerbs } from './zone-privileges.ts';

/** Verbs over people, tokens, spaces, inventories, lambdas and workflow schemas. */
export const registryVerbs = [
  ...userVerbs,
  ...tokenVerbs,
  ...credentialVerbs,
  ...inviteVerbs,
  ...loginVerbs,
  ...sessionVerbs,
  ...linkedAccountVerbs,
  ...membershipVerbs,
  ...effectiveMembershipVerbs,
  ...zonePrivilegeVerbs,
  ...inventoryVerbs,
  ...lambdaVerbs,
  ...schemaVerbs,
] as unknown as readonly Verb<never, unknown>[];
