/**
 * The rules R1–R135 of the execution reference: what each promises, in a few words, and which deliberate differences
 * (D…, docs/compatibility.md) take its place or a part of it. Rules in order; sections as the reference groups them.
 */
export interface RuleSection {
  readonly title: string;
  readonly first: number;
  /** One per rule, from `first` on. A list `[promise, 'D1', …]` names differences. */
  readonly promises: readonly (string | readonly [string, ...string[]])[];
}

export const executionRules: readonly RuleSection[] = [
  {
    title: 'Precedence of stopping reasons',
    first: 1,
    promises: [
      'interrupt wins over pause',
      'failure wins over pause',
      ['failure wins over interrupt', 'D11'],
      'cancel wins over pause, in the call',
      'cancel wins over interrupt',
      'cancel wins over failure, the guilty task included',
      'crash wins over pause and interrupt',
      'crash wins over failure, the guilty task fails',
      'crash wins over cancel, and a later cancel does not win',
    ],
  },
  {
    title: 'Scheduling',
    first: 10,
    promises: [
      'a revision without lanes is refused and nothing is created',
      'a lane without parallel boxes is refused by its id',
      'a parallel box without tasks is refused by its id',
      'incompatible workflows and lambdas are not supported',
      'a missing runtime is told when scheduling',
      'initial content of a wrong type is refused, with the place',
      'a new execution: scheduled, one run of lane 1, no times',
    ],
  },
  {
    title: 'Preparation',
    first: 17,
    promises: [
      'a config value that does not fit fails the preparation, with the chain of errors in the log',
      'a failure before components exist fails run and execution',
      'a failure after components exist interrupts the tasks as well',
      'a runtime that cannot be reached interrupts, and the execution can be resumed',
      'cancel before components exist: none are created',
      'cancel after components exist: tasks are cancelled in the call',
      'cancel first, error second: cancelled',
      'a cancel after the run has failed is refused',
    ],
  },
  {
    title: 'Preparation in advance',
    first: 25,
    promises: [
      'lane 1 fails before lane 2 began: lane 2 gets no run',
      'lane 1 fails while lane 2 creates components: they go',
      'lane 1 fails after lane 2 was enqueued: interrupted, removed',
      'lane 1 fails after lane 2 failed in advance: removed',
      'a cancel of lane 1 does the same to lane 2',
      'lane 2 failed in advance and lane 1 finishes: the execution fails',
      'cancel, pause and interrupt of lane 1 remove the run of lane 2',
    ],
  },
  {
    title: 'Flags of lane runs',
    first: 32,
    promises: [
      'no flags while the execution waits, goes on or is suspended',
      'all runs of the past have their flags',
      'flags go when a repeat or forced continuation is scheduled',
      'no flags of a crashed execution',
      'runs failed with a reason: rerunable only',
      'cancelled and finished runs: rerunable only',
      'after a forced continuation that finished, flags as before',
    ],
  },
  {
    title: 'Commands by status',
    first: 39,
    promises: [
      'nothing stops an ended execution; resume and forced continuation are refused',
      'what has not stopped takes no repeat, resume, forced continuation or delete',
      'what is suspended takes no repeat or forced continuation, and nothing changes',
      'once the last run has finished no stop is taken',
      'a crashed execution takes a delete only',
    ],
  },
  {
    title: 'Cancel',
    first: 44,
    promises: [
      'while scheduled: no components, other lanes untouched',
      'while enqueued: tasks cancelled in the call, run in advance removed',
      'while active: tasks with items drain, the others are cancelled; results are recorded as counted',
      'of suspended executions: done when the call returns',
      'while resuming: every task is cancelled',
      'cancelled runs are never retried',
      'twice is accepted twice',
    ],
  },
  {
    title: 'Pause',
    first: 51,
    promises: [
      'while scheduled: no components, other lanes untouched',
      'while enqueued: tasks paused in the call, run in advance removed',
      'while active: like a cancel, with paused',
      'of suspended executions: refused, nothing changes',
      'after interrupt and resume: interrupted tasks turn paused',
      'paused runs are never retried',
    ],
  },
  {
    title: 'Interrupt',
    first: 57,
    promises: [
      'statuses change with the interrupt itself',
      'while scheduled: interrupted without components',
      'while enqueued: tasks interrupted, run in advance removed',
      ['while active: tasks interrupted', 'D2', 'D8'],
      ['while active with streamed results', 'D11'],
      'of a paused execution: refused',
      'of a resuming execution: paused tasks turn interrupted',
    ],
  },
  {
    title: 'Resume',
    first: 64,
    promises: [
      'suspended while scheduled: prepared like any other',
      'suspended once components exist: same tasks, enqueued',
      'suspended while active: goes on with what is left, retries follow',
      'a finished task stays, and the lane run is active',
      'every task had ended: ends at once, a retry follows',
      'interrupted executions resume like paused ones',
      'a crash while resuming: tasks interrupted, crashed',
    ],
  },
  {
    title: 'Forced continuation',
    first: 71,
    promises: [
      'after failed items: the next lane as a regular run',
      'after a failed preparation',
      'after broken streamed results',
      'refused in every other status',
    ],
  },
  {
    title: 'Rerun and retry',
    first: 75,
    promises: [
      'rerun of an earlier lane: later lanes run again, with retries',
      'a finished run cannot be retried',
      ['a repeat of an older run gets the next number and no automatic retry', 'D4'],
      'a run failed in preparation: rerun only',
      'a run failed by streamed results: rerun only',
      'a cancelled run: rerun only',
    ],
  },
  {
    title: 'Order of execution inside a lane',
    first: 81,
    promises: [
      ['a failing task: siblings process the items, later boxes do not get them, reported once', 'D1'],
      'a result that cannot be recorded counts like a failed submission',
      'several executions at once, never more jobs than the limit',
      'a lane prepared in advance is kept over a retry and not prepared twice',
      'the end of a lane waits for the preparation of the next one',
      'several stop requests make one stop, each task hears once',
      'a resume goes on with unfinished batches and repeats none',
      'counters after a lane run without stop',
      ['timeouts: queueing does not count, heartbeats keep alive, silence fails the batch', 'D3'],
    ],
  },
  {
    title: 'Iteration',
    first: 90,
    promises: [
      'list: every element in order, once per task of the first box',
      ['inaccessible files are iterated and fail', 'D1'],
      'single value: one item, none when unset',
      'range: start inclusive, end exclusive',
      'tree: roots with all descendants, inaccessible roots skipped',
      'nothing to iterate: tasks skipped, execution finished',
    ],
  },
  {
    title: 'Arguments, config and results',
    first: 96,
    promises: [
      'config: configured values and defaults',
      'object builder',
      'const of a wrong type fails the items, with the log entry',
      'query for a field that is not there',
      'single value store without content',
      'job timeout in the log',
      'missing result fails its item only',
      'wrong result type fails its item',
      'dispatch error fails its item',
      'exceptions of items and of batches in the log',
      'failing items with two retries: three runs over the failed items',
      'results mapped to every kind of store',
      'one result mapped to three stores',
      'file attributes as the argument lists them',
    ],
  },
  {
    title: 'Streamed results',
    first: 110,
    promises: [
      'a value that cannot be recorded breaks the task and fails the lane run',
      'pause and cancel do not fail tasks with streamed results',
    ],
  },
  {
    title: 'Exception store, retries, threshold',
    first: 112,
    promises: [
      'a stop puts nothing into the exception store',
      'two retries: at most three runs per regular entry',
      'a resume touches no retries',
      ['failure threshold', 'D13'],
    ],
  },
  {
    title: 'Logs and times',
    first: 116,
    promises: [
      'the log level filters entries',
      'audit logs can be dumped',
      'a phase change sets its own time only',
      'a stop of a scheduled execution sets the start',
    ],
  },
  {
    title: 'Restarts',
    first: 120,
    promises: [
      ['graceful stop', 'D12'],
      ['unclean stop', 'D10'],
      ['unclean stop with streamed results', 'D10', 'D11'],
    ],
  },
  {
    title: 'Crashes',
    first: 123,
    promises: [
      'during preparation',
      'during a resume: paused tasks turn interrupted',
      'while submitting items',
      ['while processing a result', 'D11'],
      ['while processing streamed results', 'D11'],
      'while a lane run stops',
      'in the last step: the lane run keeps its status',
      'in the handling of a crash: crashed all the same',
      'nothing is retried after a crash',
    ],
  },
  {
    title: 'Garbage collection',
    first: 132,
    promises: [
      'ended and suspended executions expire by their own times',
      'a clock that goes back deletes nothing',
      'hundreds of executions are collected',
      'nothing of a purged execution can be read',
    ],
  },
];
