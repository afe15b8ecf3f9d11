import type { Mutant } from './mutant.ts';

const mapping = (
  test: string,
  mutants: readonly { readonly rule: string; readonly file: string; readonly find: string; readonly replace: string }[],
): readonly Mutant[] =>
  mutants.map(({ file, ...mutant }) => ({
    ...mutant,
    section: 'execution 9',
    file: `packages/engine/src/mapping/${file}.ts`,
    tests: [`packages/engine/src/mapping/${test}.test.ts`],
  }));

export const mutants: readonly Mutant[] = [
  ...mapping('build-arguments', [
    {
      rule: 'R96',
      file: 'compile-task',
      find: 'task.lambdaConfig[spec.name] : (spec.defaultValue ?? null)',
      replace: 'task.lambdaConfig[spec.name] : null',
    },
    {
      rule: 'R97',
      file: 'value-builders',
      find: '    entries.push([key, value.value]);\n',
      replace: '    entries.splice(0, 1, [key, value.value]);\n',
    },
  ]),
  ...mapping('map-results', [
    {
      rule: 'R102',
      file: 'map-results',
      find: '    if (!Object.hasOwn(results, result.name)) {',
      replace: '    if (result.mappings.length > 0 && !Object.hasOwn(results, result.name)) {',
    },
    { rule: 'R103', file: 'map-results', find: '  if (problem !== null) return mappingFailed(result, problem);\n', replace: '' },
    {
      rule: 'R107',
      file: 'map-results',
      find: '  for (const mapping of result.mappings) {\n    const dispatched',
      replace: '  for (const mapping of result.mappings.slice(0, 1)) {\n    const dispatched',
    },
  ]),
  ...mapping('read-response', [
    {
      rule: 'R105',
      file: 'read-response',
      find: "  if (Object.hasOwn(response, 'exception')) {",
      replace: "  if (Object.hasOwn(response, 'exception') && !Object.hasOwn(response, 'resultsBatch')) {",
    },
  ]),
];
