import { InvalidArgumentError } from 'commander';

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A moment as people write it: how long ago (`30s`, `10m`, `2h`, `1d`), or a date with or without a time. In milliseconds. */
export function parseMoment(text: string, now: number = Date.now()): number {
  const [, count, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  if (count !== undefined && unit !== undefined) return now - Number(count) * (unitMs[unit] ?? 0);
  const moment = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(moment))
    throw new InvalidArgumentError('Write how long ago, like 30s, 10m, 2h or 1d, or a moment like 2026-01-31T12:00:00Z.');
  return Math.max(0, moment);
}
