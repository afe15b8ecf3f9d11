import type { ReceiptDetails } from '@laneway/client';
import { printable } from '../terminal.ts';

/** Who stopped an execution, when and why, for people. */
export function stopText({ reason, actor, at, note }: NonNullable<ReceiptDetails['stop']>): string {
  const by = actor === null ? 'the engine' : `user ${printable(actor)}`;
  return `stopped (${reason}) by ${by} at ${new Date(at).toISOString()}${note === null ? '' : `: ${printable(note)}`}`;
}
