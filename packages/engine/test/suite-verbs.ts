import type { DatabaseKind } from '../../../test/support/databases.ts';

/** The kind of database with the verbs of the extensions' suites. */
export function withSuiteVerbs(kind: DatabaseKind): DatabaseKind {
  const url = new URL('./extension-verbs.ts', import.meta.url).href;
  return { name: kind.name, open: async (purpose, modules = []) => await kind.open(purpose, [url, ...modules]) };
}
