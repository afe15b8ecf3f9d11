/** Mutants of decoding, encoding and validation of lambdas and workflow schemas. */
import { packageMutants } from './mutant.ts';

export const mutants = [
  ...packageMutants('schemas 3', [
    {
      rule: 'R2',
      file: 'model/src/schema/decode/data-spec',
      find: "if (!Object.hasOwn(fields.object, 'attributes')) return canonicalFileAttributes;",
      replace: "if (!Object.hasOwn(fields.object, 'attributes')) return null;",
      tests: ['model/test/schema-decode'],
    },
    {
      rule: 'R23',
      file: 'model/src/schema/decode/data-spec',
      find: "(at.encoding === 'persisted' || at.value.every(accepts))",
      replace: 'at.value.every(accepts)',
      tests: ['model/test/schema-decode'],
    },
  ]),
  ...packageMutants('schemas 4', [
    {
      rule: 'R7',
      file: 'model/src/schema/checksum',
      find: 'canonicalJson([name, operationSpec, configParameterSpecs, argumentSpecs, resultSpecs])',
      replace: 'canonicalJson([name, operationSpec, argumentSpecs, resultSpecs])',
      tests: ['model/test/schema-decode'],
    },
  ]),
  ...packageMutants('schemas 6', [
    {
      rule: '§6.4',
      file: 'model/src/schema/decode/data-spec',
      find: "return unit.startsWith('custom:') ? unit : wordAt(at, units);",
      replace: "return unit.startsWith('custom') ? unit : wordAt(at, units);",
      tests: ['model/test/schema-decode'],
    },
  ]),
  ...packageMutants('schemas 7', [
    {
      rule: 'R17',
      file: 'model/src/schema/encode/persisted',
      find: 'const dataSpecVersion = 2;',
      replace: 'const dataSpecVersion = 1;',
      tests: ['model/test/schema-decode'],
    },
  ]),
  ...packageMutants('schemas 8', [
    {
      rule: 'R26',
      file: 'model/src/schema/dump',
      find: "return version === undefined || isVersion(version, 2) ? 'plain' : 'persisted';",
      replace: "return isVersion(version, 2) ? 'plain' : 'persisted';",
      tests: ['model/test/dumps', 'server/test/schema-bodies'],
    },
    {
      rule: 'R40',
      file: 'model/src/schema/dump',
      find: "required: number === 'body' ? { originalRevisionNumber: revisionNumberField } : {},",
      replace: 'required: { originalRevisionNumber: revisionNumberField },',
      tests: ['model/test/dumps', 'server/test/schema-bodies'],
    },
  ]),
  ...packageMutants('schemas 10', [
    {
      rule: 'R53',
      file: 'model/src/schema/validate/lambda',
      find: 'return defaultValue === null ? null :',
      replace: 'return',
      tests: ['model/test/schema-validate'],
    },
    {
      rule: 'R45',
      file: 'model/src/schema/validate/lambda',
      find: "  if (spec.type === 'array') return attributesProblem(`${key}.itemDataSpec`, spec.itemDataSpec);\n",
      replace: '',
      tests: ['model/test/schema-validate'],
    },
    {
      rule: 'R46',
      file: 'model/src/schema/validate/workflow',
      find: '  for (const task of tasks) yield* storeReferenceProblems(task, storeIds);\n',
      replace: '',
      tests: ['model/test/schema-validate'],
    },
  ]),
];
