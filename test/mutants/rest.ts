/** Mutants of the HTTP layer, of identity, and of the operations of both services. */
import { packageMutants } from './mutant.ts';

export const mutants = [
  ...packageMutants('rest 1', [
    {
      rule: 'R11',
      file: 'server/src/http/query',
      find: '[...Object.entries(body), ...Object.entries(query)]',
      replace: '[...Object.entries(query), ...Object.entries(body)]',
      tests: ['server/test/executions'],
    },
    {
      rule: 'R7',
      file: 'server/src/http/register-routes',
      find: "route.body === 'json' && hasBody &&",
      replace: "route.body === 'json' &&",
      tests: ['server/test/http'],
    },
  ]),
  ...packageMutants('rest 2', [
    {
      rule: 'R19',
      file: 'server/src/auth/authenticate',
      find: '  if (xAuthToken !== undefined) return xAuthToken;\n',
      replace: '',
      tests: ['server/test/http'],
    },
    {
      rule: 'R25',
      file: 'server/src/auth/authenticate',
      find: "if (account === null) throw unauthorized(makeError('tokenSubjectInvalid'));",
      replace: "if (account === null) throw unauthorized(makeError('badToken'));",
      tests: ['server/test/tokens'],
    },
  ]),
  ...packageMutants('rest 3', [
    {
      rule: 'R38',
      file: 'server/src/http/error-json',
      find: 'nestedKeys.includes(key) && isErrorObject(value) ? withContext(value, ctx) : value,',
      replace: 'value,',
      tests: ['server/test/http', 'server/test/real-engine'],
    },
  ]),
  ...packageMutants('rest 5', [
    {
      rule: 'R62',
      file: 'server/src/oneprovider/list-executions',
      find: 'return { index: decoded, skip: 1 };',
      replace: 'return { index: decoded, skip: 0 };',
      tests: ['server/test/executions'],
    },
    {
      rule: 'R68',
      file: 'server/src/oneprovider/list-executions',
      find: 'viewerId: user.account.id,',
      replace: 'viewerId: null,',
      tests: ['server/test/executions'],
    },
  ]),
  ...packageMutants('rest 6', [
    {
      rule: '§6.2',
      file: 'engine/src/registry/privileges',
      find: "prefixed('space_', 'view read_data write_data view_transfers'),",
      replace: "prefixed('space_', 'view read_data write_data view_transfers view_atm_workflow_executions'),",
      tests: ['engine/src/registry/privileges'],
    },
    {
      rule: 'R101',
      file: 'engine/src/registry/privileges',
      find: 'return [...new Set(privileges)].toSorted();',
      replace: 'return [...new Set(privileges)].toSorted().toReversed();',
      tests: ['server/test/relations'],
    },
  ]),
  ...packageMutants('rest 8', [
    {
      rule: 'R129a',
      file: 'server/src/onezone/workflow-schemas',
      find: "const withRevision = ownValue(call.body, 'revision') !== undefined;",
      replace: 'const withRevision = false;',
      tests: ['server/test/schema-bodies'],
    },
    {
      rule: 'R121',
      file: 'server/src/onezone/lambda-revisions',
      find: 'required: { state: enumField(lifecycleStates) }',
      replace: 'optional: { state: enumField(lifecycleStates) }',
      tests: ['server/test/schema-bodies'],
    },
  ]),
  ...packageMutants('rest 9', [
    {
      rule: 'R141',
      file: 'cli/src/rest-cli/parse',
      find: '(mediaTypes[value] ?? value)',
      replace: 'value',
      tests: ['cli/test/rest-cli'],
    },
  ]),
];
