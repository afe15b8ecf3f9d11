/** What the graph of all states must be, beside each step on its own (I9, I14). */
export interface State {
  /** Reached by anything. */
  readonly next: Set<number>;
  /** Reached by what the engine reports when all goes well. */
  readonly progress: Set<number>;
  /** Suspended or ended: it may stay as it is. */
  readonly isAtRest: boolean;
  /** Reached from a suspended state by a resume; null when it is not suspended, or a resume would leave the bounds. */
  resumed: number | null;
  /** Finished, or failed by its items: the work was done. */
  readonly isDone: boolean;
}

/**
 * I14: a state that is not at rest has a next event, and the graph has no cycles; so whatever order events come in, each
 * execution comes to rest by itself. I9: from each suspended state a resume and good news lead to the end of the work.
 */
export function checkGraph(states: readonly State[]): readonly string[] {
  const problems: string[] = [];
  const stranded = states.findIndex((state) => !state.isAtRest && state.progress.size === 0);
  if (stranded !== -1) problems.push(`I14: state ${stranded} has no next event`);
  const looping = stateInCycle(states);
  if (looping !== null) problems.push(`I14: state ${looping} leads back to itself`);
  const done = leadingToDone(states);
  const lost = states.findIndex((state) => state.resumed !== null && !done.has(state.resumed));
  if (lost !== -1) problems.push(`I9: state ${lost} is resumed and never gets its work done`);
  return problems;
}

/** A state that the removal of states without predecessors never reaches; null when there is none. */
function stateInCycle(states: readonly State[]): number | null {
  const predecessorCounts = states.map(() => 0);
  for (const state of states) for (const next of state.next) predecessorCounts[next]! += 1;
  const free = predecessorCounts.flatMap((count, index) => (count === 0 ? [index] : []));
  for (let index = free.pop(); index !== undefined; index = free.pop()) {
    for (const next of states[index]!.next) {
      predecessorCounts[next]! -= 1;
      if (predecessorCounts[next] === 0) free.push(next);
    }
  }
  const left = predecessorCounts.findIndex((count) => count > 0);
  return left === -1 ? null : left;
}

function leadingToDone(states: readonly State[]): ReadonlySet<number> {
  const before = states.map((): number[] => []);
  for (const [index, state] of states.entries()) for (const next of state.progress) before[next]!.push(index);
  const done = new Set<number>();
  const queue = states.flatMap((state, index) => (state.isDone ? [index] : []));
  for (let index = queue.pop(); index !== undefined; index = queue.pop()) {
    if (done.has(index)) continue;
    done.add(index);
    queue.push(...before[index]!);
  }
  return done;
}
