import { reducerMutants } from './mutant.ts';

export const mutants = reducerMutants('3', [
  {
    rule: '§3.1',
    file: 'refusals',
    find: "  if (isStopped(execution)) return refused('atmWorkflowExecutionStopped');\n",
    replace: '',
    test: 'tasks',
  },
  {
    rule: '§3.2',
    file: 'preparation',
    find: "(status === 'resuming' && boxes.length === 0)",
    replace: "status === 'resuming'",
    test: 'resume',
  },
  {
    rule: '§3.4',
    file: 'tasks',
    find: "return hasFailedItems ? 'failed' : 'finished';",
    replace: "return 'finished';",
    test: 'tasks',
  },
  {
    rule: '§3.4',
    file: 'tasks',
    find: '      return task.stoppingReason === null ? task.status : draft.rules.stop.taskOutcome[task.stoppingReason];',
    replace: "      return hasFailedItems ? 'failed' : task.status;",
    test: 'tasks',
  },
  {
    rule: '§3.5',
    file: 'ending',
    find: "const failed = draft.current.boxes.some((box) => box.tasks.some((task) => task.status === 'failed'));",
    replace: "const failed = draft.current.boxes.every((box) => box.tasks.some((task) => task.status === 'failed'));",
    test: 'lane-run-end',
  },
]);
