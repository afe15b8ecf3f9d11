/** Caveats from the command line. */
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';

export interface CaveatOptions {
  readonly expires?: number;
  readonly ip?: readonly string[];
  readonly interface?: string;
  readonly consumer?: readonly string[];
  readonly readonly?: boolean;
  readonly caveat?: readonly unknown[];
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

function parseDuration(text: string): number {
  const [, count = '', unit = ''] = /^(\d+)([smhdw])$/.exec(text) ?? [];
  const seconds = Number(count) * (units[unit] ?? 0);
  if (seconds === 0) throw new InvalidArgumentError('write it like 90s, 30m, 12h, 7d or 4w.');
  return seconds;
}

function collect<T>(read: (text: string) => T): (text: string, before: readonly T[] | undefined) => readonly T[] {
  return (text, before = []) => [...before, read(text)];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new InvalidArgumentError('it is not JSON.');
  }
}

const asIs = (text: string): string => text;

/** Adds the options that say what a token is confined to. */
export function withCaveats(command: Command): Command {
  return command
    .option('--expires <duration>', 'from now on: 90s, 30m, 12h, 7d, 4w', parseDuration)
    .option('--ip <mask>', 'only from this address or network; may be repeated', collect(asIs))
    .option('--interface <name>', 'only through rest or oneclient')
    .option('--consumer <subject>', 'only for usr-ID, grp-ID or prv-ID; may be repeated', collect(asIs))
    .option('--readonly', 'only to read files')
    .option('--caveat <json>', 'any caveat as JSON; may be repeated', collect(parseJson));
}

export function caveatsOf(options: CaveatOptions, nowMs: number): readonly unknown[] {
  const caveats: unknown[] = [];
  if (options.expires !== undefined) caveats.push({ type: 'time', validUntil: Math.floor(nowMs / 1000) + options.expires });
  if (options.ip !== undefined) caveats.push({ type: 'ip', whitelist: options.ip });
  if (options.interface !== undefined) caveats.push({ type: 'interface', interface: options.interface });
  if (options.consumer !== undefined) caveats.push({ type: 'consumer', whitelist: options.consumer });
  if (options.readonly === true) caveats.push({ type: 'data.readonly' });
  return [...caveats, ...(options.caveat ?? [])];
}
