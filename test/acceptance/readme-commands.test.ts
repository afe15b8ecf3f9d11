/** Every `laneway run` that a README shows is run as it stands, and finishes. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { smallWorkflow, writeDump } from './dumps.ts';
import { cleanUp, laneway, newDirectory, runWorkflow, startProduct, type Product } from './support.ts';

const root = join(import.meta.dirname, '../..');
const pages = ['README.md', ...readdirSync(join(root, 'examples')).map((name) => `examples/${name}/README.md`)];
const commands = pages.flatMap((page) =>
  readFileSync(join(root, page), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('npx laneway run '))
    .map((line) => [page, line.slice('npx laneway '.length)] as const),
);

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(cleanUp);

/** The words of a command as the shell makes them, and paths from the root of the project. */
function words(command: string): string[] {
  const output = execFileSync('bash', ['-c', `printf '%s\\0' ${command}`], { cwd: root, encoding: 'utf8' });
  return output
    .split('\0')
    .slice(0, -1)
    .map((word) => (word.startsWith('examples/') ? join(root, word) : word));
}

test('each page has one', () => {
  expect([...new Set(commands.map(([page]) => page))]).toEqual(pages);
});

test.each(commands)('%s: %s', async (_page, command) => {
  const { code, out, err } = await laneway([...words(command), '--data-dir', product.dataDir]);
  expect([code, err]).toEqual([0, '']);
  if (command.includes('--json')) expect(JSON.parse(out)).toMatchObject({ status: 'finished' });
  else expect(out).toMatch(/^execution [0-9a-f]{32}ch[0-9a-f]{4} finished\n/);
  expect(out).not.toContain('(empty)');
});

test('the lambda that docs/lambdas.md shows works as it is written there', async () => {
  const page = readFileSync(join(root, 'docs/lambdas.md'), 'utf8');
  const block = (kind: string): string => new RegExp(`\`\`\`${kind}\\n([^]*?)\`\`\``).exec(page)?.[1] ?? '';
  const lambdas = newDirectory('lambdas');
  mkdirSync(join(lambdas, 'word-count'));
  writeFileSync(join(lambdas, 'word-count/lambda.yaml'), block('yaml'));
  writeFileSync(join(lambdas, 'word-count/handler.py'), block('python'));
  writeFileSync(join(lambdas, 'word-count/requirements.txt'), '');
  mkdirSync(join(lambdas, 'text-count'));
  writeFileSync(join(lambdas, 'text-count/lambda.yaml'), 'name: text-count\nimages: [example/text-count]\njavascript: handler.ts\n');
  writeFileSync(join(lambdas, 'text-count/handler.ts'), block('ts'));
  const files = newDirectory('files');
  writeFileSync(join(files, 'three'), 'one two three');
  const counted = await startProduct({ options: ['--lambdas', lambdas] });
  const file = { type: 'file', fileType: 'ANY', attributes: ['fileId'] };
  for (const [dump, input, count] of [
    [wordCount('example/word-count', 'file', file), 'three', 3],
    [wordCount('example/text-count', 'text', { type: 'string' }), '["four words in it"]', 4],
  ] as const) {
    const report = await runWorkflow(counted, dump, ['--dir', files, '--input', `input=${input}`]);
    expect(report).toMatchObject({ code: 0, stores: { output: [count] } });
  }
});

/** One task that counts the words of each item of `input`. */
function wordCount(image: string, argument: string, itemDataSpec: Readonly<Record<string, unknown>>): string {
  const dump: any = smallWorkflow({ image, itemType: 'number' });
  const { atmWorkflowSchemaRevision: revision, supplementaryAtmLambdas } = dump.revision;
  const { atmLambdaRevision: lambda } = supplementaryAtmLambdas.lambda[1].revision;
  const [task] = revision.lanes[0].parallelBoxes[0].tasks;
  lambda.argumentSpecs[0] = { ...lambda.argumentSpecs[0], name: argument, dataSpec: itemDataSpec };
  lambda.resultSpecs[0].name = 'count';
  lambda.operationSpec.dockerExecutionOptions.mountOneclient = true;
  revision.stores[0].config = { itemDataSpec };
  task.argumentMappings[0].argumentName = argument;
  task.resultMappings[0].resultName = 'count';
  return writeDump(dump);
}
