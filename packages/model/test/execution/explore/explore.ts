/**
 * Exhaustive exploration of the reducer (design §12, T1): from each state every input that anybody could send is tried,
 * refused ones included; every step is checked against the promises, and the graph of all states at the end.
 *
 * Bounds: the incarnations (in the last one the commands that would begin another are answered, not followed) and one
 * crash, which ends an execution anyway. Reductions: keys.ts.
 */
import type { Execution } from '../../../src/execution/document.ts';
import type { Change } from '../../../src/execution/messages.ts';
import { reduceBy } from '../../../src/execution/reduce.ts';
import { standardRules, type Rules } from '../../../src/execution/rules.ts';
import type { LaneShape } from '../fixtures.ts';
import { answerOf, checkDelete } from './answers.ts';
import { checkGraph, type State } from './graph.ts';
import { goesOn, inputsOf, isProgress, type Input } from './inputs.ts';
import { stateKey, type KeyOf } from './keys.ts';
import { check, type Step } from './promises.ts';

export interface Exploration {
  readonly stateCount: number;
  readonly transitionCount: number;
  /** Inputs that were refused, or accepted without effect. */
  readonly otherCount: number;
  readonly keys: ReadonlySet<string>;
  /** `subject from → to` of every change seen. */
  readonly edges: ReadonlySet<string>;
  /** Empty when everything holds; the exploration ends at the first few. */
  readonly problems: readonly string[];
}

export interface Bounds {
  readonly maxIncarnation?: number;
  readonly rules?: Rules;
  readonly keyOf?: KeyOf;
  /** Depth first instead of breadth first: the states found must not depend on it. */
  readonly depthFirst?: boolean;
  /** Called with each state and what each input makes of it, as text; states that it leads to are named by `nameOf`. */
  readonly onState?: (execution: Execution, outcomes: readonly string[]) => void;
  readonly nameOf?: KeyOf;
}

interface Node extends State {
  readonly execution: Execution;
}

const maxProblems = 5;

export function stepBy(rules: Rules): Step {
  return (execution, input) => {
    try {
      return reduceBy(rules, execution, input, { ms: 2_000_000 });
    } catch (error) {
      return `thrown: ${String(error)}`;
    }
  };
}

export function explore(seed: Execution, shape: LaneShape, bounds: Bounds = {}): Exploration {
  const { maxIncarnation = 2, rules = standardRules, keyOf = stateKey, depthFirst = false, onState, nameOf = keyOf } = bounds;
  const step = stepBy(rules);
  const indices = new Map<string, number>();
  const nodes: Node[] = [];
  const waiting: number[] = [];
  const edges = new Set<string>();
  const problems: string[] = [];
  let transitionCount = 0;
  let otherCount = 0;

  const indexOf = (execution: Execution): number => {
    const key = keyOf(execution);
    const known = indices.get(key);
    if (known !== undefined) return known;
    indices.set(key, nodes.length);
    waiting.push(nodes.length);
    return nodes.push(nodeOf(execution)) - 1;
  };

  const follow = (node: Node, input: Input): string => {
    const reduction = step(node.execution, input);
    const found = typeof reduction === 'string' ? [reduction] : check(step, node.execution, input, reduction);
    problems.push(...found.map((problem) => `${stateKey(node.execution)} ${JSON.stringify(input)}: ${problem}`));
    if (typeof reduction === 'string') return reduction;
    if (reduction.kind !== 'changed') otherCount += 1;
    if (reduction.kind !== 'changed' || reduction.execution.incarnation > maxIncarnation) return answerOf(reduction);
    transitionCount += 1;
    for (const change of reduction.changes) edges.add(edgeOf(change));
    link(node, input, indexOf(reduction.execution));
    return onState === undefined ? '' : nameOf(reduction.execution);
  };

  indexOf(seed);
  for (let taken = 0; taken < waiting.length && problems.length < maxProblems;) {
    const node = nodes[(depthFirst ? waiting.pop() : waiting[taken++]) ?? 0]!;
    problems.push(...checkDelete(node.execution));
    const outcomes = inputsOf(node.execution, shape).map((input) => `${input.kind}: ${follow(node, input)}`);
    onState?.(node.execution, outcomes);
  }
  if (problems.length === 0) problems.push(...checkGraph(nodes));
  return { stateCount: nodes.length, transitionCount, otherCount, keys: new Set(indices.keys()), edges, problems };
}

function nodeOf(execution: Execution): Node {
  const { status, current } = execution;
  const isEnded = status === 'finished' || status === 'failed' || status === 'cancelled' || status === 'crashed';
  return {
    execution,
    next: new Set(),
    progress: new Set(),
    isAtRest: isEnded || status === 'paused' || status === 'interrupted',
    isDone: status === 'finished' || (status === 'failed' && current.stoppingReason === null),
    resumed: null,
  };
}

function link(node: Node, input: Input, next: number): void {
  node.next.add(next);
  if (isProgress(input)) node.progress.add(next);
  if (input.kind === 'resume') node.resumed = next;
}

/**
 * One walk: each pick chooses among the inputs that change the state it is in; one pick in twenty may stop the execution, or
 * fail something, so that walks get far. Ends at the first broken promise.
 */
export function walk(
  start: Execution,
  shape: LaneShape,
  picks: readonly number[],
  maxIncarnation = Number.POSITIVE_INFINITY,
): { readonly problems: readonly string[]; readonly end: Execution; readonly keys: readonly string[] } {
  const step = stepBy(standardRules);
  const keys: string[] = [];
  let execution = start;
  for (const pick of picks) {
    const mayStop = pick % 20 === 0;
    const inputs = inputsOf(execution, shape).filter((input) => mayStop || isProgress(input) || goesOn(input));
    for (let offset = 0; offset < inputs.length; offset += 1) {
      const input = inputs[(pick + offset) % inputs.length]!;
      const reduction = step(execution, input);
      const problems = typeof reduction === 'string' ? [reduction] : check(step, execution, input, reduction);
      if (typeof reduction === 'string' || problems.length > 0) return { problems, end: execution, keys };
      if (reduction.kind !== 'changed' || reduction.execution.incarnation > maxIncarnation) continue;
      execution = reduction.execution;
      keys.push(stateKey(execution));
      break;
    }
  }
  return { problems: [], end: execution, keys };
}

export function edgeOf(change: Pick<Change, 'subject' | 'from' | 'to'>): string {
  return `${change.subject} ${change.from ?? 'new'} → ${change.to ?? 'gone'}`;
}
