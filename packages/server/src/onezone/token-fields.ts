/** Data of requests about tokens (rest R131–R134). */
import {
  caveatFits,
  caveatFromJson,
  decodeToken,
  inviteCodeOf,
  inviteOf,
  inviteRights,
  kindMayCarry,
  kindOf,
  typeOfText,
  typeTextOf,
  type Caveat,
  type InviteCode,
  type TokenTypeText,
} from '@laneway/engine';
import { anyField, convertedField, integerField, makeError, ok, refuse, textField, type Field } from '@laneway/model';
import { isIP } from 'node:net';
import { privilegesField } from '../http/fields.ts';
import { need, Refusal } from '../http/refusal.ts';

export const typeField: Field<TokenTypeText> = convertedField(anyField(), (value, key) => {
  const text = typeTextOf(value);
  return text === null ? refuse(makeError('badValueTokenType', { key })) : ok(text);
});

export const caveatsField: Field<readonly unknown[]> = (value, key) => {
  if (!Array.isArray(value)) return refuse(makeError('badData', { key }));
  const bad = value.find((json) => {
    const caveat = caveatFromJson(json);
    return caveat === null || !caveatFits(caveat);
  });
  return bad === undefined ? ok(value as readonly unknown[]) : refuse(makeError('badValueCaveat', { caveat: bad }));
};

/** Caveats that `caveatsField` has let pass. */
export function caveatsOf(values: readonly unknown[]): readonly Caveat[] {
  return values.map(caveatFromJson).filter((caveat) => caveat !== null);
}

/** A caveat that tokens of this type never satisfy is of no use in one (rest §2.4). */
export function refuseUselessCaveats(values: readonly unknown[], typeText: TokenTypeText): void {
  const type = typeOfText(typeText);
  if (type === null) return;
  const useless = caveatsOf(values).find((caveat) => !kindMayCarry(kindOf(type), caveat));
  if (useless !== undefined) throw new Refusal(makeError('badValueCaveat', { caveat: useless }));
}

/** A number of uses, or `infinity` (null). */
export const usageLimitField: Field<number | null> = (value, key, service) =>
  value === 'infinity' ? ok(null) : integerField({ min: 1 })(value, key, service);

/** A token that can be read; what is wrong with it goes into `badValueToken` (rest R134). */
export const tokenField: Field<string> = convertedField(textField({ notEmpty: true }), (token, key) => {
  const decoded = decodeToken(token);
  return decoded.ok ? ok(token) : refuse(makeError('badValueToken', { key, tokenError: decoded.error }));
});

export const inviteTypeField: Field<InviteCode> = convertedField(textField(), (name, key) => {
  const code = inviteCodeOf(name);
  return code === null ? refuse(makeError('badValueInviteType', { key })) : ok(code);
});

export const addressField: Field<string> = convertedField(textField(), (address, key) =>
  isIP(address) === 0 ? refuse(makeError('badValueIPv4Address', { key })) : ok(address),
);

/** Privileges that an invite token of this type can offer; null when none are given, or the token is no such token. */
export function offeredPrivileges(value: unknown, typeText: TokenTypeText): readonly string[] | null {
  const invite = inviteOf(typeText);
  const right = invite === null ? null : inviteRights[invite.code];
  return value === undefined || right === null ? null : need(privilegesField(right.allPrivileges)(value, 'privileges', 'onezone'));
}
