/** Rules that tests prove, as the tables in docs/reference list them. */
export interface Rule {
  /** `R46`, `R71a`, `P1`; `§5.3` for a table of values that a section of the reference pins. */
  readonly name: string;
  readonly promise: string;
  /** Deliberate differences (D…, docs/compatibility.md) that take the place of the rule or of a part of it, or `webConsole`. */
  readonly differences: readonly string[];
}

export interface RuleSection {
  readonly title: string;
  readonly rules: readonly Rule[];
}

export interface RuleBook {
  readonly kind: 'rules' | 'promises';
  /** Of the page, below docs/reference. */
  readonly file: string;
  readonly heading: string;
  readonly introduction: readonly string[];
  readonly sections: readonly RuleSection[];
  /** Names that a title cites of this book; not all of them need to be rules. */
  readonly citedIn: (title: string) => readonly string[];
}

/** In the place of a difference: the reference has the rule for its web console alone, and there is none here yet. */
export const webConsole = 'web console';

/** What a rule promises. A list `[promise, 'D1', …]` names differences. */
export type Promised = string | readonly [string, ...string[]];

/** Rules that are numbered one after the other, from `first` on. */
export interface NumberedSection {
  readonly title: string;
  readonly first: number;
  readonly promises: readonly Promised[];
}

export function numbered(letter: 'R' | 'P', sections: readonly NumberedSection[]): readonly RuleSection[] {
  return sections.map(({ title, first, promises }) => ({
    title,
    rules: promises.map((promised, index) => ruleOf(`${letter}${first + index}`, promised)),
  }));
}

/** Rules by name, where letters and tables of values stand between the numbers. */
export interface NamedSection {
  readonly title: string;
  readonly promises: Readonly<Record<string, Promised>>;
}

export function named(sections: readonly NamedSection[]): readonly RuleSection[] {
  return sections.map(({ title, promises }) => ({
    title,
    rules: Object.entries(promises).map(([name, promised]) => ruleOf(name, promised)),
  }));
}

function ruleOf(name: string, promised: Promised): Rule {
  const [promise, ...differences] = typeof promised === 'string' ? [promised] : promised;
  return { name, promise, differences };
}

/** What is wrong with the order of the numbers: each follows the one before it, or is the same with a letter. */
export function orderProblems({ file, sections }: RuleBook): readonly string[] {
  const problems: string[] = [];
  let last = 0;
  for (const { name } of sections.flatMap(({ rules }) => rules)) {
    const [, number, letter = ''] = /^[RP](\d+)([a-z]?)$/.exec(name) ?? [];
    if (number === undefined) continue;
    const expected = letter === '' ? last + 1 : last;
    if (Number(number) !== expected) problems.push(`${file}: ${name} does not follow ${last}`);
    last = Number(number);
  }
  return problems;
}
