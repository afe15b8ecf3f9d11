import { reducerMutants } from './mutant.ts';

export const mutants = reducerMutants('2', [
  {
    rule: '§2.2',
    file: 'phases',
    find: "    case 'enqueued':\n      return 'waiting';",
    replace: "      return 'waiting';\n    case 'enqueued':\n      return 'ongoing';",
    test: 'new-execution',
  },
  {
    rule: '§2.3',
    file: 'phases',
    find: "&& status !== 'paused' && status !== 'interrupted'",
    replace: "&& status !== 'paused'",
    test: 'new-execution',
  },
]);
