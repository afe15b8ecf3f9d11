import { reducerMutants } from './mutant.ts';

export const mutants = reducerMutants('10', [
  {
    rule: 'R110',
    file: 'tasks',
    find: "{ reason: 'failure', actor: null, note: null }",
    replace: "{ reason: 'interrupt', actor: null, note: null }",
    test: 'tasks',
  },
]);
