/** Which rules of the execution reference a test title cites: `… (execution R46, R49)`. */
const list = /\bexecution ((?:R\d+|§[\d.]+|[A-Z]\d+)(?:, (?:R\d+|§[\d.]+|[A-Z]\d+))*)/g;

/** Numbers of the rules (46 for R46), each once. What other references call R… does not count. */
export function rulesCitedIn(title: string): readonly number[] {
  const cited = [...title.matchAll(list)].flatMap((match) => (match[1] ?? '').split(', '));
  return [...new Set(cited.filter((name) => name.startsWith('R')).map((name) => Number(name.slice(1))))];
}

/** Whether the title cites a rule (`R46`), a section (`§6.5`) or a difference (`D4`). */
export function cites(title: string, reference: string): boolean {
  if (reference.startsWith('R')) return rulesCitedIn(title).includes(Number(reference.slice(1)));
  return new RegExp(`(?<![\\w.])${reference.replaceAll('.', '\\.')}(?![\\w.]*\\d)`).test(title);
}
