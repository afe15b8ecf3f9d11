/**
 * A lambda revision cannot be changed but for its state (rest R120): a new one that differs in one field has a dump that differs from that
 * of the old one in exactly that field, and in its number (schemas §3, §4).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDatabaseUrl } from '../support/postgres.ts';
import { unwrapped } from './dump-forms.ts';
import { scenarioDump } from './dumps.ts';
import { at, differences, replacedAt, type Path } from './fields.ts';
import { adminToken, cleanUp, startProduct } from './support.ts';
import { Zone, type Person } from './zone.ts';

const execution: Path = ['operationSpec', 'dockerExecutionOptions'];
const number = {
  name: 'factor',
  isOptional: true,
  defaultValue: 0.5,
  dataSpec: { type: 'number', integersOnly: false, allowedValues: null },
};

/** Where a field is in the plain form of a revision, and what it becomes. */
const edits: readonly (readonly [kind: string, path: Path, value: unknown])[] = [
  ['the name', ['name'], 'checksums ✎'],
  ['the summary', ['summary'], 'edited'],
  ['the description', ['description'], 'edited\n\nin *lines*'],
  ['the state', ['state'], 'stable'],
  ['the size of batches', ['preferredBatchSize'], 11],
  ['the image', ['operationSpec', 'dockerImage'], 'onedata/lambda-calculate-checksum-mounted:v3'],
  ['whether files are read-only', [...execution, 'readonly'], true],
  ['whether files are mounted', [...execution, 'mountOneclient'], false],
  ['where files are mounted', [...execution, 'oneclientMountPoint'], '/mnt/other'],
  ['options of the mount', [...execution, 'oneclientOptions'], '-i --force-proxy-io'],
  ['parameters of the configuration', ['configParameterSpecs'], [number]],
  ['the name of a parameter', ['configParameterSpecs', 0, 'name'], 'method'],
  ['whether a parameter is optional', ['configParameterSpecs', 0, 'isOptional'], true],
  ['the default of a parameter', ['configParameterSpecs', 1, 'defaultValue'], 'checksum'],
  ['a value that a parameter may have', ['configParameterSpecs', 0, 'dataSpec', 'allowedValues'], ['md5', 'sha512']],
  ['the name of an argument', ['argumentSpecs', 0, 'name'], 'source'],
  ['the data type of an argument', ['argumentSpecs', 0, 'dataSpec'], { type: 'array', itemDataSpec: { type: 'boolean' } }],
  ['a constraint of an argument', ['argumentSpecs', 0, 'dataSpec', 'fileType'], 'REG'],
  ['attributes of files of an argument', ['argumentSpecs', 0, 'dataSpec', 'attributes'], ['fileId', 'size']],
  ['the name of a result', ['resultSpecs', 0, 'name'], 'checksums'],
  ['how a result is passed on', ['resultSpecs', 0, 'relayMethod'], 'filePipe'],
  ['the unit of a measurement', ['resultSpecs', 1, 'dataSpec', 'specs', 1, 'unit'], 'bits'],
  ['the order of results', ['resultSpecs'], 'reversed'],
  ['the processors that are asked for', ['resourceSpec', 'cpuRequested'], 0.25],
  ['the limit of processors', ['resourceSpec', 'cpuLimit'], 2],
  ['the memory that is asked for', ['resourceSpec', 'memoryRequested'], 1_048_576],
  ['the limit of memory', ['resourceSpec', 'memoryLimit'], 1_073_741_824],
  ['the storage that is asked for', ['resourceSpec', 'ephemeralStorageRequested'], 1],
  ['the limit of storage', ['resourceSpec', 'ephemeralStorageLimit'], 1_073_741_824],
];

afterAll(cleanUp);

describe.each(['sqlite', 'postgres'])('on %s', (database) => {
  let zone: Zone;
  let owner: Person;
  let lambda: string;
  let plain: any;
  let last: number;

  beforeAll(async () => {
    const options = database === 'sqlite' ? [] : ['--database-url', await testDatabaseUrl('lambda_edits')];
    const product = await startProduct({ options });
    zone = new Zone(product.url, adminToken(product));
    owner = await zone.person('owner');
    const atmInventoryId = await zone.inventory(owner, 'edits');
    const source: any = scenarioDump('calculate-checksums-mounted');
    const [supplement] = Object.values<any>(source.revision.supplementaryAtmLambdas).flatMap(Object.values<any>);
    lambda = await zone.make(owner, '/atm_lambdas', { ...supplement, atmInventoryId });
    const { revisionRegistry } = await zone.get(owner, `/atm_lambdas/${lambda}`);
    [[last, plain]] = Object.entries(revisionRegistry).map(([text, revision]) => [Number(text), revision]) as [[number, unknown]];
  });

  const dump = async (revisionNumber: number): Promise<any> => {
    const { status, json } = await zone.ask(owner, 'POST', `/atm_lambdas/${lambda}/revision/${revisionNumber}/dump`);
    expect([status, json.originalRevisionNumber]).toEqual([200, revisionNumber]);
    return unwrapped(json.atmLambdaRevision);
  };

  /** The number of the new revision, which is given in the form that both formats share. */
  async function add(revision: unknown): Promise<number> {
    last += 1;
    const body = { schemaFormatVersion: 2, originalRevisionNumber: last, atmLambdaRevision: revision };
    await zone.change(owner, 'PUT', `/atm_lambdas/${lambda}/revision/${last}`, body);
    return last;
  }

  test.each(edits)('nothing else is different with %s (schemas R17–R20)', async (_kind, path, value) => {
    const next = value === 'reversed' ? at(plain, path).toReversed() : value;
    const before = await dump(await add(plain));
    const after = await dump(await add(replacedAt(plain, path, next)));
    const expected = path.join('.');
    const changed = differences(before, after);
    expect(changed.length).toBeGreaterThan(0);
    expect(changed.filter((field) => field !== expected && !field.startsWith(`${expected}.`))).toEqual([]);
    expect(at(after, path)).toEqual(next);
  });

  test('the state can be changed afterwards, and nothing else then is (rest R120)', async () => {
    const revisionNumber = await add(plain);
    const before = await dump(revisionNumber);
    await zone.change(owner, 'PATCH', `/atm_lambdas/${lambda}/revision/${revisionNumber}`, { state: 'deprecated', name: 'other' });
    expect(differences(before, await dump(revisionNumber))).toEqual(['state']);
    const again = { originalRevisionNumber: revisionNumber, atmLambdaRevision: { ...plain, name: 'other' } };
    expect(await zone.ask(owner, 'PUT', `/atm_lambdas/${lambda}/revision/${revisionNumber}`, again)).toMatchObject({
      status: 409,
      id: 'alreadyExists',
    });
  });
});
