/** By id, or by name when that is unique: how people name things. */
import { CliError } from '../failure.ts';

export interface Named {
  readonly id: string;
  /** A user has two; the first one is shown. */
  readonly names: readonly string[];
  /** What tells it from others of the same name. */
  readonly note?: string;
}

/** How a kind of thing is spoken of, and what lists it. */
export interface Words {
  readonly one: string;
  readonly many: string;
  readonly list: string;
}

const listedAtMost = 10;

/** The one with this id, else the only one of this name, else nothing; several of the name are an error that tells them apart. */
export function choose<T>({ many }: Words, given: string, candidates: readonly T[], view: (candidate: T) => Named): T | undefined {
  const byId = candidates.find((candidate) => view(candidate).id === given);
  if (byId !== undefined) return byId;
  const called = candidates.filter((candidate) => view(candidate).names.includes(given));
  if (called.length <= 1) return called[0];
  const told = called.slice(0, listedAtMost).map((candidate) => {
    const { id, note } = view(candidate);
    return note === undefined ? id : `${id} (${note})`;
  });
  const rest = called.length > told.length ? ', …' : '';
  throw new CliError(`${called.length} ${many} are called "${given}"`, `name one of them by its id: ${told.join(', ')}${rest}`);
}

/** That there is none, with those that there are. */
export function noneOf({ one, list }: Words, given: string, known: readonly Named[]): CliError {
  const names = known.slice(0, listedAtMost).map((candidate) => candidate.names[0] ?? candidate.id);
  const rest = known.length > names.length ? ', …' : '';
  return new CliError(`there is no ${one} "${given}"`, `known: ${names.join(', ') || 'none'}${rest}; see "${list}"`);
}

/** As this server makes ids; what looks like one is asked for before any list is read. */
export function looksLikeId(text: string): boolean {
  return /^[0-9a-f]{32}(ch[0-9a-f]{4})?$/.test(text);
}
