/** Making named and temporary tokens (rest §8.8, R131, R132). */
import { inviteOf, validUntil, type TokenSubject } from '@laneway/engine';
import { anyField, booleanField, entityNameField, makeError, objectField } from '@laneway/model';
import type { ServerDeps } from '../deps.ts';
import { zoneData } from '../http/fields.ts';
import { need, Refusal } from '../http/refusal.ts';
import { created, type Answer, type Call } from '../http/route.ts';
import { caveatsField, caveatsOf, offeredPrivileges, refuseUselessCaveats, typeField, usageLimitField } from './token-fields.ts';

const prefix = '/api/v3/onezone';
/** Seconds; the longest life of a temporary token (rest R132). */
const maxTtl = 604_800;

/** Who invites has to be allowed to (rest R117). */
async function requireInviter(
  deps: ServerDeps,
  request: { readonly type: string; readonly issuer: TokenSubject; readonly privileges: readonly string[] | null },
): Promise<void> {
  const { type, issuer, privileges } = request;
  const invite = inviteOf(type);
  if (invite !== null) need(await deps.registry.invites.check({ invite, issuer, privileges }));
}

export async function createNamed(deps: ServerDeps, call: Call, subject: TokenSubject): Promise<Answer> {
  const request = zoneData(call.body, {
    required: { name: entityNameField },
    optional: {
      type: typeField,
      caveats: caveatsField,
      customMetadata: objectField(),
      privileges: anyField(),
      revoked: booleanField(),
      usageLimit: anyField(),
    },
  });
  const { name, type = 'act', caveats = [], customMetadata = {}, revoked = false } = request;
  refuseUselessCaveats(caveats, type);
  const privileges = offeredPrivileges(request.privileges, type);
  const isLimited = inviteOf(type) !== null && request.usageLimit !== undefined;
  const usageLimit = isLimited ? need(usageLimitField(request.usageLimit, 'usageLimit', 'onezone')) : null;
  await requireInviter(deps, { type, issuer: subject, privileges });
  const named = { name, type, caveats, customMetadata, revoked, usageLimit, privileges };
  const { tokenId, token } = need(await deps.registry.createNamedToken(subject.id, named, subject.type));
  return created(`${call.baseUrl}${prefix}/tokens/named/${tokenId}`, { tokenId, token });
}

export async function createTemporary(deps: ServerDeps, call: Call, subject: TokenSubject, nowSeconds: number): Promise<Answer> {
  const { caveats, type = 'act' } = zoneData(call.body, { required: { caveats: caveatsField }, optional: { type: typeField } });
  refuseUselessCaveats(caveats, type);
  const end = validUntil(caveatsOf(caveats));
  if (end === null || end > nowSeconds + maxTtl) throw new Refusal(makeError('tokenTimeCaveatRequired', { maxTtl }));
  await requireInviter(deps, { type, issuer: subject, privileges: null });
  const token = await deps.registry.tokens.temporaryTokenText(subject, type, caveats);
  return { kind: 'json', status: 201, body: { token } };
}
