/** What a test title cites: rules of the execution reference `… (execution R46, R49)`, promises `… (P1, I3)`. */
const list = /\bexecution ((?:R\d+|§[\d.]+|[A-Z]\d+)(?:, (?:R\d+|§[\d.]+|[A-Z]\d+))*)/g;

/** Numbers of the rules (46 for R46), each once. What other references call R… does not count. */
export function rulesCitedIn(title: string): readonly number[] {
  const cited = [...title.matchAll(list)].flatMap((match) => (match[1] ?? '').split(', '));
  return [...new Set(cited.filter((name) => name.startsWith('R')).map((name) => Number(name.slice(1))))];
}

/** Numbers of the promises that stand in brackets (1 for P1), each once. */
export function promisesCitedIn(title: string): readonly number[] {
  const brackets = [...title.matchAll(/\(([^()]*)\)/g)].map((match) => match[1] ?? '').join(', ');
  return [...new Set([...brackets.matchAll(/\bP(\d+)\b/g)].map((match) => Number(match[1])))];
}

/** Whether the title cites a rule (`R46`), a section (`§6.5`) or a difference (`D4`). */
export function cites(title: string, reference: string): boolean {
  if (reference.startsWith('R')) return rulesCitedIn(title).includes(Number(reference.slice(1)));
  return new RegExp(`(?<![\\w.])${reference.replaceAll('.', '\\.')}(?![\\w.]*\\d)`).test(title);
}
