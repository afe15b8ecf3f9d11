/** A lambda that speaks to the file API over HTTPS with the token of its job, through `laneway run` (interfaces, HTTPS for lambdas). */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { changedDump, writeDump } from '../../../test/acceptance/dumps.ts';
import { adminToken, cleanUp, newDirectory, runWorkflow, send, startProduct } from '../../../test/acceptance/support.ts';

afterAll(cleanUp);

interface Checksum {
  readonly fileId: string;
  readonly checksum: string | null;
}

test('the REST form of the checksum lambda reads files and sets attributes over the loopback listener', async () => {
  const product = await startProduct({ options: ['--lambdas', join(import.meta.dirname, 'lambdas')] });
  const files = newDirectory('files');
  mkdirSync(join(files, 'dir'));
  const contents = { 'one.txt': '100', 'dir/two.txt': '11111', 'dir/empty': '' };
  for (const [path, content] of Object.entries(contents)) writeFileSync(join(files, path), content);
  const dump = changedDump('calculate-checksums-mounted', (changed) => {
    for (const revisions of Object.values(changed.revision.supplementaryAtmLambdas)) {
      for (const { revision } of Object.values(revisions)) {
        const lambda = revision.atmLambdaRevision as any;
        lambda.name = 'calculate-checksum-rest';
        lambda.operationSpec.dockerImage = 'onedata/lambda-calculate-checksum-rest:v2';
        lambda.operationSpec.dockerExecutionOptions.mountOneclient = false;
        for (const spec of lambda.argumentSpecs) if (spec.name === 'file') spec.dataSpec.attributes = ['fileId', 'type'];
      }
    }
  });
  const report = await runWorkflow(product, writeDump(dump), ['--dir', files, '--input', 'input-files=.']);
  expect([report.status, report.tasks.map((task) => task.itemsFailed)]).toEqual(['finished', report.tasks.map(() => 0)]);
  const config = (dump as any).revision.atmWorkflowSchemaRevision.lanes[0].parallelBoxes[0].tasks[0].lambdaConfig;
  const found = (report.stores['results'] as readonly Checksum[]).filter(({ checksum }) => checksum !== null);
  const expected = Object.values(contents).map((content) => createHash(config.algorithm).update(content).digest('hex'));
  for (const checksum of expected) expect(found.map((entry) => entry.checksum)).toContain(checksum);
  for (const { fileId, checksum } of found) {
    const { json } = await send(product, 'GET', `/api/v3/oneprovider/data/${fileId}/metadata/xattrs`, adminToken(product));
    expect(Object.values(json as object)).toContain(checksum);
  }
}, 120_000);
