/** When a stop gets how far, for whoever measures them (design §3, §9): seconds since it was asked for. */
import { phaseOf, stopRules, type Execution, type StopMode } from '@laneway/model';

/** acknowledged: the gate is closed; signalled: a node told its jobs; terminal: the execution is suspended or has ended. */
export type StopMoment = 'acknowledged' | 'signalled' | 'terminal';

export type StopObserver = (moment: StopMoment, mode: StopMode, seconds: number) => void;

export const ignoreStops: StopObserver = () => undefined;

/** The mode of the stop under way, or null when nothing stops the execution. */
export function modeOfStop({ current }: Execution): StopMode | null {
  return current.stoppingReason === null ? null : stopRules.mode[current.stoppingReason];
}

export function isAtRest({ status }: Execution): boolean {
  const phase = phaseOf(status);
  return phase === 'suspended' || phase === 'ended';
}
