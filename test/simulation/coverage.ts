/** Which legal rows of the transition tables were taken. */
import {
  executionTransitions,
  laneRunTransitions,
  taskTransitions,
  type TransitionTable,
} from '../../packages/model/src/execution/tables.ts';

const tables: Readonly<Record<'execution' | 'laneRun' | 'task', TransitionTable<string>>> = {
  execution: executionTransitions,
  laneRun: laneRunTransitions,
  task: taskTransitions,
};

const lateBreak = 'only a job of an earlier incarnation could break a task that has not begun, and those are fenced';

/** Rows that the reducer has and this engine never asks for (docs/decisions/0008): a simulation that takes one has failed. */
export const reservedRows: Readonly<Record<string, string>> = { 'task pending → failed': lateBreak, 'task resuming → failed': lateBreak };

/** `subject from → to` of every other row, as the tracker names them. */
export const legalRows: readonly string[] = Object.entries(tables)
  .flatMap(([subject, table]) => Object.entries(table).flatMap(([from, exits]) => exits.map((exit) => `${subject} ${from} → ${exit.to}`)))
  .filter((row) => !Object.hasOwn(reservedRows, row));

export function missingRows(edges: Readonly<Record<string, number>>): readonly string[] {
  return legalRows.filter((row) => (edges[row] ?? 0) === 0);
}
