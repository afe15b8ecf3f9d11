import { reducerMutants } from './mutant.ts';

export const mutants = reducerMutants('15', [
  {
    rule: 'R124',
    file: 'reasons',
    find: '    resuming: stop,',
    replace: "    resuming: { ...stop, crash: 'refuse' },",
    test: 'crash',
  },
  {
    rule: 'R129',
    file: 'reduce',
    find: '  endExecution(draft, true);',
    replace: '  endExecution(draft);',
    test: 'crash',
  },
  {
    rule: 'R130',
    file: 'reduce',
    find: "  if (current.stoppingReason === 'crash' && current.status === 'stopping') return null;\n",
    replace: '',
    test: 'crash',
  },
]);
