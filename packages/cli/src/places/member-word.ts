/** A user or group in one word: `ada`, `user:ada`, `group:curators`. */
import type { Member } from '@laneway/client';

export interface MemberWord {
  readonly type: Member['type'];
  readonly name: string;
}

/** A name of a user with such a beginning is written `user:group:…`. */
export function readMemberWord(text: string): MemberWord {
  const [, type, name] = /^(user|group):(.*)$/s.exec(text) ?? [];
  return type === undefined || name === undefined ? { type: 'user', name: text } : { type: type === 'group' ? 'group' : 'user', name };
}
