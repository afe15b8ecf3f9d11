/** What anybody who holds a token can ask about it (rest §8.8, R133–R135). */
import {
  apiInterfaces,
  confineToken,
  examineToken,
  validUntil,
  type Presentation,
  type VerifiedToken,
  type ApiInterface,
} from '@laneway/engine';
import { booleanField, enumField, type Result } from '@laneway/model';
import type { ServerDeps } from '../deps.ts';
import { zoneData } from '../http/fields.ts';
import { need } from '../http/refusal.ts';
import { json, type Answer, type Call, type Route } from '../http/route.ts';
import { addressField, caveatsField, caveatsOf, inviteTypeField, tokenField } from './token-fields.ts';
import { inferScope } from './token-scope.ts';

const prefix = '/api/v3/onezone';

interface Circumstances {
  readonly peerIp?: string;
  readonly interface?: ApiInterface;
  readonly serviceToken?: string;
  readonly consumerToken?: string;
  readonly allowDataAccessCaveats?: boolean;
}

/** A token is verified for the circumstances that are told, not for those of the request. */
function presentation(told: Circumstances): Presentation {
  return {
    peerIp: told.peerIp ?? null,
    service: null,
    interface: told.interface ?? null,
    serviceToken: told.serviceToken ?? null,
    consumerToken: told.consumerToken ?? null,
    consumers: [],
    dataAccess: told.allowDataAccessCaveats ?? false,
  };
}

/** Errors of the token come as they are, with their own status (rest R133). */
function verdict(verified: Result<VerifiedToken>): Answer {
  const { subject, caveats, nowSeconds } = need(verified);
  const end = validUntil(caveats);
  return json({ subject, ttl: end === null ? null : end - nowSeconds });
}

export function tokenVerificationRoutes(deps: ServerDeps): Route[] {
  const { tokens } = deps.registry;
  const post = (path: string, operationId: string, summary: string, handle: (call: Call) => Promise<Answer>): Route => ({
    prefix,
    method: 'POST',
    path: `/tokens/${path}`,
    operationId,
    summary,
    body: 'json',
    readsOnly: true,
    handle,
  });
  const token = { token: tokenField } as const;
  const circumstances = {
    peerIp: addressField,
    interface: enumField(apiInterfaces),
    serviceToken: tokenField,
    consumerToken: tokenField,
  } as const;
  return [
    post('examine', 'examine_token', 'Read the public properties of a token', async (call) =>
      json(need(examineToken(zoneData(call.body, { required: token }).token))),
    ),
    post('confine', 'confine_token', 'Add caveats to a token', async (call) => {
      const request = zoneData(call.body, { required: { ...token, caveats: caveatsField } });
      return json({ token: need(confineToken(request.token, caveatsOf(request.caveats))) });
    }),
    post('verify_access_token', 'verify_access_token', 'Verify an access token', async (call) => {
      const optional = { ...circumstances, allowDataAccessCaveats: booleanField() };
      const request = zoneData(call.body, { required: token, optional });
      return verdict(await tokens.verify(request.token, presentation(request)));
    }),
    post('verify_identity_token', 'verify_identity_token', 'Verify an identity token', async (call) => {
      const request = zoneData(call.body, { required: token, optional: circumstances });
      return verdict(await tokens.verify(request.token, presentation(request), { kind: 'identity' }));
    }),
    post('verify_invite_token', 'verify_invite_token', 'Verify an invite token', async (call) => {
      const optional = { peerIp: addressField, consumerToken: tokenField, expectedInviteType: inviteTypeField };
      const request = zoneData(call.body, { required: token, optional });
      const code = request.expectedInviteType ?? null;
      return verdict(await tokens.verify(request.token, presentation(request), { kind: 'invite', code }));
    }),
    post(
      'infer_access_token_scope',
      'infer_access_token_scope',
      'Learn until when and for what data an access token is good',
      async (call) => {
        const request = zoneData(call.body, { required: token, optional: { consumerToken: tokenField } });
        return json(await inferScope(deps, request.token, request.consumerToken ?? null));
      },
    ),
  ];
}
