/** One deliberate mistake in the code, and where it must be noticed (scripts/mutants.ts). */
export interface Mutant {
  /** Section of the reference whose rules the code follows: `execution 7`, `data-and-stores 5.1`. */
  readonly section: string;
  /** What a failing test must cite: a rule of that reference (`R46`), a section (`§6.5`) or a difference (`D4`). */
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

interface PackageMutant {
  readonly rule: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  readonly tests: readonly string[];
}

/** Mutants of code that follows the reference on data and stores; file and tests below packages/, without their endings. */
export function dataMutants(section: string, mutants: readonly PackageMutant[]): readonly Mutant[] {
  return packageMutants(`data-and-stores ${section}`, mutants);
}

/** The same for any reference: the section begins with its name. */
export function packageMutants(section: string, mutants: readonly PackageMutant[]): readonly Mutant[] {
  return mutants.map(({ rule, file, find, replace, tests }) => ({
    section,
    rule,
    file: `packages/${file}.ts`,
    find,
    replace,
    tests: tests.map((test) => `packages/${test}.test.ts`),
  }));
}
