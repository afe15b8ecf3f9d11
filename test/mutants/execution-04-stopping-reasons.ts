import { reducerMutants } from './mutant.ts';

export const mutants = reducerMutants('4', [
  {
    rule: '§4.1',
    file: 'reasons',
    find: 'priority[reason] > priority[than]',
    replace: 'priority[reason] >= priority[than]',
    test: 'precedence',
  },
  {
    rule: 'R1',
    file: 'reasons',
    find: "paused: { pause: 'ignore', interrupt: 'interrupted',",
    replace: "paused: { pause: 'ignore', interrupt: 'ignore',",
    test: 'precedence',
  },
  {
    rule: 'R3',
    file: 'stop-tasks',
    find: "(task.id === taskId ? 'failure' : null)",
    replace: "(task.id === taskId ? 'interrupt' : null)",
    test: 'precedence',
  },
  {
    rule: 'R4',
    file: 'stopping',
    find: "  stopTasks(draft, 'current', reason);\n",
    replace: '',
    test: 'precedence',
  },
  {
    rule: 'R7',
    file: 'reasons',
    find: "failure: 'interrupt', cancel: 'cancel', crash: 'interrupt' }",
    replace: "failure: 'interrupt', cancel: 'cancel', crash: 'cancel' }",
    test: 'precedence',
  },
  {
    rule: 'R9',
    file: 'reasons',
    find: 'cancel: 4, crash: 5 }',
    replace: 'cancel: 4, crash: 3.5 }',
    test: 'precedence',
  },
  {
    rule: '§4.3',
    file: 'reasons',
    find: '    pending: halt,',
    replace: "    pending: { ...halt, interrupt: 'paused' },",
    test: 'task-ends',
  },
]);
