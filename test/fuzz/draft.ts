/** A request to an operation, before it becomes bytes. */
import type { DescribedOperation } from '../support/api-description.ts';
import type { Wire } from './sender.ts';

export interface Draft {
  readonly params: Readonly<Record<string, string>>;
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly headers: Readonly<Record<string, string>>;
  /** JSON, or bytes as they are; undefined: none. */
  readonly body?: unknown;
  /** null: nobody. */
  readonly token: string | null;
  readonly leaveEarly?: boolean;
  /** An address of this machine that it comes from. */
  readonly from?: string;
  /** Instead of that of the operation. */
  readonly method?: string;
}

export function wireOf(operation: DescribedOperation, draft: Draft): Wire {
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_match, name: string) => {
    const value = draft.params[name] ?? '';
    return name === 'path' ? value.split('/').map(encoded).join('/') : encoded(value);
  });
  const query = draft.query.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join('&');
  const { body } = draft;
  const bytes = body === undefined ? null : Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body) ?? '');
  return {
    method: draft.method ?? operation.method,
    url: query === '' ? path : `${path}?${query}`,
    headers: {
      ...(draft.token === null ? {} : { 'x-auth-token': draft.token }),
      ...(bytes === null ? {} : { 'content-type': 'application/json' }),
      ...draft.headers,
    },
    body: bytes,
    ...(draft.leaveEarly === undefined ? {} : { leaveEarly: draft.leaveEarly }),
    ...(draft.from === undefined ? {} : { from: draft.from }),
  };
}

/** A value that begins with `raw:` goes as it is: it is meant to be badly encoded. */
function encoded(value: string): string {
  return value.startsWith('raw:') ? value.slice('raw:'.length) : encodeURIComponent(value.toWellFormed());
}
