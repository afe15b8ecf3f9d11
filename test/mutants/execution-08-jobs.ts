import { reducerMutants } from './mutant.ts';

export const mutants = reducerMutants('8', [
  {
    rule: 'R95',
    file: 'tasks',
    find: "    case 'pending':\n      return 'skipped';",
    replace: "    case 'pending':\n      return 'pending';",
    test: 'tasks',
  },
]);
