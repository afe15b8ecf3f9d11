import { reducerMutants } from './mutant.ts';

export const mutants = reducerMutants('12', [
  {
    rule: '§12.1',
    file: 'log-entries',
    find: 'severityNumber(severity) > execution.logLevel',
    replace: 'severityNumber(severity) >= execution.logLevel',
    test: 'new-execution',
  },
]);
