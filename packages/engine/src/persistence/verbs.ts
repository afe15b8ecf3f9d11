/** Every verb by name: the store worker thread receives names and looks them up here. */
import { migrate } from './migrate.ts';
import { auditVerbs } from './sql/audit.ts';
import { coreVerbs } from './sql/core-verbs.ts';
import { extensionVerbs } from './sql/extension-verbs.ts';
import { datasetVerbs } from './sql/datasets.ts';
import { fileVerbs } from './sql/files.ts';
import { groupVerbs } from './sql/groups.ts';
import { storeVerbs } from './sql/stores-verbs.ts';
import { registryVerbs } from './sql/registry-verbs.ts';
import type { Verb } from './sql.ts';

type AnyVerb = Verb<never, unknown>;

/** Verb lists of the modules that own tables; add yours here. */
const lists: readonly (readonly AnyVerb[])[] = [
  [migrate],
  auditVerbs,
  coreVerbs,
  extensionVerbs,
  datasetVerbs,
  fileVerbs,
  groupVerbs,
  storeVerbs,
  registryVerbs,
];

const byName = new Map<string, AnyVerb>();
for (const list of lists) addVerbs(list);

/** Makes verbs known; a name that is taken is a bug. */
export function addVerbs(verbs: readonly AnyVerb[]): void {
  for (const verb of verbs) {
    if (byName.has(verb.name)) throw new Error(`two verbs are named ${verb.name}`);
    byName.set(verb.name, verb);
  }
}

export function verbNamed(name: string): Verb<unknown, unknown> {
  const verb = byName.get(name);
  if (verb === undefined) throw new Error(`no verb is named ${name}: is it missing in persistence/verbs.ts?`);
  return verb as unknown as Verb<unknown, unknown>;
}
