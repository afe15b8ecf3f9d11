import { reducerMutants } from './mutant.ts';

export const mutants = reducerMutants('5', [
  {
    rule: 'R16',
    file: 'new-execution',
    find: 'retriesLeft: lane.maxRetries',
    replace: 'retriesLeft: 0',
    test: 'new-execution',
  },
  {
    rule: 'R16',
    file: 'new-execution',
    find: '    startTime: 0,',
    replace: '    startTime: secondsOf(now.ms),',
    test: 'new-execution',
  },
]);
