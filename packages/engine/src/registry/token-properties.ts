/** What can be done with the text of a token alone (rest §8.8). */
import { ok, type Result } from '@laneway/model';
import { caveatFromText, caveatToText, type Caveat } from './caveats.ts';
import { addCaveats } from './macaroon.ts';
import { decodeToken, encodeToken } from './token-text.ts';

/** Public properties of a token, as anybody who holds it can read them (rest §8.8 examine). */
export function examineToken(text: string): Result<Readonly<Record<string, unknown>>> {
  const decoded = decodeToken(text);
  if (!decoded.ok) return decoded;
  const { identity, macaroon } = decoded.value;
  return ok({
    onezoneDomain: macaroon.location,
    id: identity.id,
    persistence: identity.persistence.kind === 'named' ? 'named' : 'temporary',
    subject: identity.subject ?? { type: 'nobody', id: null },
    type: identity.type,
    caveats: macaroon.caveats.map((caveat) => caveatFromText(caveat) ?? { unknown: caveat }),
  });
}

/** The same token with more caveats; needs no secret (rest R135). */
export function confineToken(text: string, caveats: readonly Caveat[]): Result<string> {
  const decoded = decodeToken(text);
  return decoded.ok ? ok(encodeToken(addCaveats(decoded.value.macaroon, caveats.map(caveatToText)))) : decoded;
}
