/**
 * What a test title cites: rules of a reference `… (execution R46, R49)`, `… (data-and-stores R71a, §6.3)`, promises
 * `… (P1, I3)`. A name belongs to the reference that stands before it.
 */
const name = String.raw`(?:R\d+[a-z]?|§[\d.]+|[A-Z]\d+)`;

/** References whose rules have a table of their tests. */
export type Reference = 'execution' | 'data-and-stores' | 'rest' | 'schemas';

const lists: Readonly<Record<Reference, RegExp>> = {
  execution: listAfter('execution'),
  'data-and-stores': listAfter('data-and-stores'),
  rest: listAfter('rest'),
  schemas: listAfter('schemas'),
};

function listAfter(reference: Reference): RegExp {
  return new RegExp(String.raw`(?<![\w-])${reference} (${name}(?:, ${name})*)`, 'g');
}

/** Rules (`R46`), sections (`§6.5`) and differences that the title cites of the reference, each once. */
export function citedOf(reference: Reference, title: string): readonly string[] {
  return [...new Set([...title.matchAll(lists[reference])].flatMap((match) => (match[1] ?? '').split(', ')))];
}

/** Promises (`P1`) that stand in brackets, each once. */
export function promisesCitedIn(title: string): readonly string[] {
  const brackets = [...title.matchAll(/\(([^()]*)\)/g)].map((match) => match[1] ?? '').join(', ');
  return [...new Set(brackets.match(/\bP\d+\b/g) ?? [])];
}

/** Matches full names of tests that cite one of these and need no PostgreSQL. */
export function citingTests(wanted: readonly { readonly reference: Reference; readonly cited: string }[]): RegExp {
  const citations = wanted.map(({ reference, cited }) => {
    const escaped = cited.replaceAll('.', String.raw`\.`);
    return cited.startsWith('D') ? String.raw`\b${escaped}` : String.raw`(?<![\w-])${reference} (?:${name}, )*${escaped}`;
  });
  return new RegExp(String.raw`^(?!.*\bon postgres)(?!.*\bon PostgreSQL\b).*(?:${citations.join('|')})(?![\w.]*\w)`);
}

/** Whether the title cites a rule (`R46`) or a section (`§6.5`) of the reference, or a difference (`D4`). */
export function cites(reference: Reference, title: string, cited: string): boolean {
  if (cited.startsWith('D')) return new RegExp(`\\b${cited}\\b`).test(title);
  return citedOf(reference, title).includes(cited);
}
