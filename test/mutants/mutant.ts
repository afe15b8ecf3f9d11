/** One deliberate mistake in the code, and where it must be noticed (scripts/mutants.ts). */
export interface Mutant {
  /** Section of the reference whose rules the code follows: `execution 7`. */
  readonly section: string;
  /** What a failing test must cite: a rule of executions (`R46`), a section (`§6.5`) or a difference (`D4`). */
  readonly rule: string;
  readonly file: string;
  /** Occurs once in the file. */
  readonly find: string;
  readonly replace: string;
  /** Test files to run, the likeliest first. */
  readonly tests: readonly string[];
}

/** Mutants of one file of the execution reducer, each noticed by the named tests of the model. */
export function reducerMutants(
  section: string,
  mutants: readonly {
    readonly rule: string;
    readonly file: string;
    readonly find: string;
    readonly replace: string;
    readonly test: string;
  }[],
): readonly Mutant[] {
  return mutants.map(({ rule, file, find, replace, test }) => ({
    section: `execution ${section}`,
    rule,
    file: `packages/model/src/execution/${file}.ts`,
    find,
    replace,
    tests: [`packages/model/test/execution/${test}.test.ts`],
  }));
}
