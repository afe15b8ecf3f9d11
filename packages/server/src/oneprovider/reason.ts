/** Longer reasons are cut: the contract promises that a body never fails a cancel (rest R8). */
const maxReasonLength = 1000;

/** Why somebody stops executions, as it is kept; null when nothing is said. */
export function keptReason(reason: unknown): string | null {
  return typeof reason === 'string' && reason.trim() !== '' ? Array.from(reason).slice(0, maxReasonLength).join('') : null;
}
