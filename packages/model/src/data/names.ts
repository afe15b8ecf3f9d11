const entityName = /^[\p{L}\p{M}\p{N}_()](?:[\p{L}\p{M}\p{N}_() .-]{0,126})[\p{L}\p{M}\p{N}_()]$/u;

/** 2–128 characters; a letter, digit, underscore or parenthesis at both ends, also space, dot and dash between (schemas §1). */
export function isEntityName(name: string): boolean {
  return entityName.test(name);
}

/** A letter may carry marks, without which many names of the world could not be written. */
const fullName = /^[\p{L}\p{N}][\p{L}\p{M}\p{N} .,'’-]{0,126}[\p{L}\p{M}\p{N}.]$/u;

/** 2–128 characters; begins with a letter or digit, ends with one or a dot, with spaces and `. , ' -` between (rest R109). */
export function isFullName(name: string): boolean {
  return fullName.test(name);
}

/** The nearest full name to what somebody else calls a person; null when hardly anything is left of it. */
export function fullNameLike(name: string): string | null {
  const kept = name.replaceAll(/[^\p{L}\p{M}\p{N} .,'’-]/gu, '').replace(/^[^\p{L}\p{N}]+/u, '');
  const short = Array.from(kept).slice(0, 128).join('');
  const found = short.replace(/[^\p{L}\p{M}\p{N}.]+$/u, '');
  return isFullName(found) ? found : null;
}

/** Length in unicode characters, which is what text limits count (schemas §1). */
export function characterCount(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** Whether a text column can hold it: NUL and lone surrogates survive in JSON text only (design §5). */
export function isColumnText(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}
