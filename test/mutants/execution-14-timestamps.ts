import { reducerMutants } from './mutant.ts';

export const mutants = reducerMutants('14', [
  {
    rule: '§14.1',
    file: 'timestamps',
    find: '  if (from === phase) return {};\n',
    replace: '',
    test: 'timestamps',
  },
  {
    rule: 'R118',
    file: 'timestamps',
    find: 'return { scheduleTime: now };',
    replace: 'return { scheduleTime: now, finishTime: 0 };',
    test: 'timestamps',
  },
  {
    rule: 'R119',
    file: 'timestamps',
    find: "    case 'ongoing':\n",
    replace: "    case 'ongoing':\n      if (to === 'stopping') return {};\n",
    test: 'timestamps',
  },
  {
    rule: 'R133',
    file: 'timestamps',
    find: "from === 'suspended' ? execution.suspendTime : execution.scheduleTime",
    replace: "from === 'suspended' ? execution.suspendTime : 0",
    test: 'timestamps',
  },
]);
