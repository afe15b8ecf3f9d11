const entityName = /^[\p{L}\p{M}\p{N}_()](?:[\p{L}\p{M}\p{N}_() .-]{0,126})[\p{L}\p{M}\p{N}_()]$/u;

/** 2–128 characters; a letter, digit, underscore or parenthesis at both ends, also space, dot and dash between (schemas §1). */
export function isEntityName(name: string): boolean {
  return entityName.test(name);
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
