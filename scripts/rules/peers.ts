/**
 * The promises P1–P26: faults that users of other workflow systems met, turned into what must hold here. Promises in
 * order; sections as they are numbered.
 */
import type { NumberedSection } from './rule-book.ts';

export const peerPromises: readonly NumberedSection[] = [
  {
    title: 'A cancel is final',
    first: 1,
    promises: [
      'a success that comes after the cancel is logged, and the status stays cancelled',
      'a cancel while something waits to be tried again: no further attempt, and the place is free',
      'tasks that had not started when the cancel came never start',
      'a cancelled execution that waited for its turn is neither run nor retried',
      'a cancel of a thousand that wait under a limit of five: the limit holds, and all end',
      'the next execution starts at once when a cancelled one held the last place',
      'a lambda that hangs is signalled, killed or given up within the grace, by somebody else than itself',
    ],
  },
  {
    title: 'Commands that meet other events',
    first: 8,
    promises: [
      'a pause that races with the end of a job has one of two outcomes, and a resume works',
      'a bulk cancel takes along what is paused or interrupted',
      'a rerun or retry of what is paused or being cancelled is a defined error and changes nothing',
    ],
  },
  {
    title: 'Recovery',
    first: 11,
    promises: [
      'the database goes away during recovery: everything is recovered all the same',
      'two servers that recover the same work, or an old one that leaves: one owner',
      'a job that succeeds just as it is given up: one outcome, one entry',
      'a dead node is noticed within seconds',
    ],
  },
  {
    title: 'Items',
    first: 15,
    promises: [
      'failed items that are tolerated: the lane ends, and its retries are made',
      'an item or a result that is too large fails by itself, and the execution can be cancelled',
    ],
  },
  {
    title: 'Large numbers and loops',
    first: 17,
    promises: [
      'a bulk cancel of a million starts without counting them',
      'what fails again and again neither spins nor fills the log',
      'nothing waits for an event that only it can bring about',
      'a page of a list costs at most three queries, and a failure is an error, not an empty list',
      'deleting leaves no orphans, goes in small commits, and works while no server runs',
    ],
  },
  {
    title: 'Results, limits and processes',
    first: 22,
    promises: [
      'what an aborted job produced is never used',
      'the limit of jobs of a task holds across parallel batches and executions',
      'a cancel misses nothing that is created while it is made',
      'what is resumed or repeated goes through the same limits',
      'a cancel reaches the handler in another process',
    ],
  },
];
