/**
 * Workflow dumps go in and come out: every real dump, and those of the scenarios, is imported, dumped and imported again, twice, on each
 * database (schemas §8, R59, S91, S98, S101). What has to come out is computed from the source by the rules alone (dump-forms.ts).
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDatabaseUrl } from '../support/postgres.ts';
import { referenceWorkflows } from '../support/reference.ts';
import { plainDump, plainRevision, unwrapped, writtenDump } from './dump-forms.ts';
import { scenarioDump } from './dumps.ts';
import { adminToken, cleanUp, startProduct } from './support.ts';
import { Zone, type Person } from './zone.ts';

const own = join(import.meta.dirname, 'workflows');
const names = [referenceWorkflows, own]
  .flatMap((folder) => readdirSync(folder))
  .map((file) => file.replace(/\.json$/, ''))
  .toSorted();

const real = [
  'calculate-checksums-mounted',
  'demo',
  'detect-file-formats',
  'detect-file-mime-formats',
  'echo',
  'workflow-empty-lane',
  'workflow-with-sleep-50-failing',
  'workflow-with-sleep-two-lanes',
];

test('every real dump is here', () => {
  expect(readdirSync(referenceWorkflows).toSorted()).toEqual(real.map((name) => `${name}.json`));
  expect(names).toEqual(expect.arrayContaining(real));
});

afterAll(cleanUp);

describe.each(['sqlite', 'postgres'])('on %s', (database) => {
  let zone: Zone;
  let owner: Person;
  let stranger: Person;

  beforeAll(async () => {
    const options = database === 'sqlite' ? [] : ['--database-url', await testDatabaseUrl('dumps')];
    const product = await startProduct({ options });
    zone = new Zone(product.url, adminToken(product));
    [owner, stranger] = [await zone.person('owner'), await zone.person('stranger')];
  });

  const put = async (as: Person, inventoryId: string, dump: unknown): Promise<string> =>
    await zone.make(as, '/atm_workflow_schemas', { ...(dump as object), atmInventoryId: inventoryId });
  const dumpOf = async (as: Person, schemaId: string, revision: number): Promise<any> => {
    const { status, json } = await zone.ask(as, 'POST', `/atm_workflow_schemas/${schemaId}/dump`, { includeRevision: revision });
    if (status !== 200) throw new Error(`the dump was answered ${status} ${JSON.stringify(json)}`);
    return json;
  };

  describe.each(names)('%s', (name) => {
    const source: any = scenarioDump(name);
    const revision: number = source.revision.originalRevisionNumber;
    let inventory: string;
    let schema: string;
    let dump: any;

    beforeAll(async () => {
      inventory = await zone.inventory(owner, name);
      schema = await put(owner, inventory, source);
      dump = await dumpOf(owner, schema, revision);
    });

    test('what comes out is what went in, in format 3, with the lambdas of the inventory (schemas §8.2, R17–R20)', async () => {
      const lambdas = (await zone.get(owner, `/atm_inventories/${inventory}/atm_lambdas`)).atm_lambdas;
      expect(Object.keys(dump.revision.supplementaryAtmLambdas).toSorted()).toEqual(lambdas.toSorted());
      expect(dump).toEqual({ ...replaced(writtenDump(source), lambdaIds(source, dump)), originalAtmWorkflowSchemaId: schema });
    });

    test('the dump goes in again, and comes out the same, twice; no lambda is made (schemas R59)', async () => {
      let last = dump;
      for (let time = 0; time < 2; time += 1) {
        const again = await put(owner, inventory, last);
        expect(await zone.get(owner, `/atm_workflow_schemas/${again}`)).toMatchObject({
          originalAtmWorkflowSchemaId: last.originalAtmWorkflowSchemaId,
          revisionRegistry: (await zone.get(owner, `/atm_workflow_schemas/${schema}`)).revisionRegistry,
        });
        last = await dumpOf(owner, again, revision);
        expect(last).toEqual({ ...dump, originalAtmWorkflowSchemaId: again });
      }
      const lambdas = (await zone.get(owner, `/atm_inventories/${inventory}/atm_lambdas`)).atm_lambdas;
      expect(lambdas).toHaveLength(Object.keys(dump.revision.supplementaryAtmLambdas).length);
    });

    test('for somebody who cannot see the lambdas it comes out the same but for their ids, twice (schemas R59)', async () => {
      const other = await zone.inventory(stranger, name);
      let last = dump;
      for (let time = 0; time < 2; time += 1) {
        const copy = await put(stranger, other, last);
        const next = await dumpOf(stranger, copy, revision);
        expect(next).toEqual({ ...replaced(last, lambdaIds(last, next)), originalAtmWorkflowSchemaId: copy });
        last = next;
      }
      // The second time the lambdas of the first were found (by origin or by content).
      const lambdas = (await zone.get(stranger, `/atm_inventories/${other}/atm_lambdas`)).atm_lambdas;
      expect(lambdas).toHaveLength(Object.keys(dump.revision.supplementaryAtmLambdas).length);
      for (const id of Object.keys(dump.revision.supplementaryAtmLambdas)) expect(lambdas).not.toContain(id);
    });

    test('S101 format 2 and format 3 give the same stored revision and the same dump (schemas R26)', async () => {
      const [two, three] = [await zone.inventory(owner, `${name} 2`), await zone.inventory(owner, `${name} 3`)];
      // Lambdas that nobody has seen, so that each inventory gets its own from the dump.
      const fresh = (document: any, prefix: string): any =>
        replaced(document, new Map(Object.keys(source.revision.supplementaryAtmLambdas).map((id) => [id, `${prefix} ${database} ${id}`])));
      const [fromTwo, fromThree] = await Promise.all([
        put(owner, two, fresh(plainDump(source), 'two')),
        put(owner, three, fresh(writtenDump(source), 'three')),
      ]);
      const [dumpOfTwo, dumpOfThree] = await Promise.all([dumpOf(owner, fromTwo, revision), dumpOf(owner, fromThree, revision)]);
      const ids = lambdaIds(dumpOfTwo, dumpOfThree);
      expect(dumpOfThree).toEqual({ ...replaced(dumpOfTwo, ids), originalAtmWorkflowSchemaId: fromThree });
      const stored = async (schemaId: string): Promise<any> =>
        (await zone.get(owner, `/atm_workflow_schemas/${schemaId}`)).revisionRegistry[String(revision)];
      expect(await stored(fromThree)).toEqual(replaced(await stored(fromTwo), ids));
      // What GET shows is the plain form.
      expect(await stored(fromThree)).toEqual(
        replaced(plainRevision(source.revision.atmWorkflowSchemaRevision), lambdaIds(source, dumpOfThree)),
      );
    });

    test('the dump of the revision alone is the one inside, and goes in by PUT (schemas §8.3, R40)', async () => {
      const { json: alone } = await zone.ask(owner, 'POST', `/atm_workflow_schemas/${schema}/revision/${revision}/dump`);
      expect(alone).toEqual(dump.revision);
      const empty = await zone.make(owner, '/atm_workflow_schemas', { atmInventoryId: inventory, name: 'made empty' });
      await zone.change(owner, 'PUT', `/atm_workflow_schemas/${empty}/revision/7`, alone);
      expect((await dumpOf(owner, empty, 7)).revision).toEqual({ ...dump.revision, originalRevisionNumber: 7 });
    });
  });
});

/** Which lambda of the first document became which of the second, by the tasks that use them. */
function lambdaIds(from: any, to: any): ReadonlyMap<string, string> {
  const [before, after] = [from, to].map((document) =>
    unwrapped(document.revision.atmWorkflowSchemaRevision).lanes.flatMap((lane: any) =>
      lane.parallelBoxes.flatMap((box: any) => box.tasks.map((task: any) => task.lambdaId)),
    ),
  );
  return new Map(before.map((id: string, index: number) => [id, after[index]]));
}

/** The document with other ids of its lambdas. */
function replaced(document: any, ids: ReadonlyMap<string, string>): any {
  if (Array.isArray(document)) return document.map((element) => replaced(element, ids));
  if (typeof document !== 'object' || document === null) return document;
  const other = (id: unknown): unknown => ids.get(id as string) ?? id;
  return Object.fromEntries(
    Object.entries(document).map(([key, field]: [string, any]) => {
      if (key === 'lambdaId' || key === 'originalAtmLambdaId') return [key, other(field)];
      if (key !== 'supplementaryAtmLambdas') return [key, replaced(field, ids)];
      return [key, Object.fromEntries(Object.entries(field).map(([id, dumps]) => [other(id), replaced(dumps, ids)]))];
    }),
  );
}
