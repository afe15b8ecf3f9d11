/** JSON values of extended attributes and their bytes on disk (lambdas §10). */
import { isUtf8 } from 'node:buffer';
import { makeError, parseJson, posixError, type ErrorObject } from '@laneway/model';

const base64Key = 'onedata_base64';

/** The value that the bytes stand for; never throws. */
export function xattrValueOf(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) return { [base64Key]: bytes.toString('base64') };
  const text = bytes.toString('utf8');
  const parsed = parseJson(text);
  return parsed.ok && keepsItsDigits(parsed.value, text) ? parsed.value : text;
}

function keepsItsDigits(value: unknown, text: string): boolean {
  return typeof value !== 'number' || !/^\s*-?\d+\s*$/.test(text) || Number.isSafeInteger(value);
}

/**
 * Bytes that read back as the same value. A string goes without quotes, as programs expect it, unless its
 * bare text would read back as something else (`true`, `12`, empty is fine).
 */
export function xattrBytesOf(value: unknown): Buffer {
  if (typeof value === 'string') {
    const bare = Buffer.from(value, 'utf8');
    return xattrValueOf(bare) === value ? bare : Buffer.from(JSON.stringify(value), 'utf8');
  }
  const encoded = base64Of(value);
  return encoded ?? Buffer.from(JSON.stringify(value), 'utf8');
}

function base64Of(value: unknown): Buffer | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length !== 1 || first?.[0] !== base64Key || typeof first[1] !== 'string') return null;
  return Buffer.from(first[1], 'base64');
}

/** Names that clients may write (lambdas R112, R113); null when it may. */
export function xattrNameProblem(name: string): ErrorObject | null {
  if (name === '') return makeError('badValueEmpty', { key: 'name' });
  if (name.includes('\0') || !name.isWellFormed()) return posixError('EINVAL');
  if (Buffer.byteLength(name) > 250) return posixError('ERANGE');
  if (/^(system|security|capability)\./.test(name)) return posixError('ENODATA');
  if (/^(onedata_|cdmi_)/.test(name)) return posixError('EPERM');
  return null;
}
