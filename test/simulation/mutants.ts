/** Deliberate mistakes that the simulator must find, so that its silence means something (design §12). */
import type { Database, SqlTransaction } from '@laneway/engine';
import { Authorisation } from '../../packages/engine/src/lanes/authorisation.ts';
import type { JobCommit } from '../../packages/engine/src/persistence/sql/commits.ts';
import type { TransitionParams } from '../../packages/engine/src/persistence/sql/transitions.ts';
import type { StoreCall } from './store.ts';

export interface Mutant {
  readonly what: string;
  readonly install?: () => void;
  readonly remove?: () => void;
  /** The parameters that the store gets instead of those that were sent. */
  readonly rewrite?: (call: StoreCall, database: Database) => Promise<unknown>;
}

const holds = Object.getOwnPropertyDescriptor(Authorisation.prototype, 'holds');

/** Transitions lose effects of one kind on their way to the store. */
function without(kind: string): NonNullable<Mutant['rewrite']> {
  return async ({ verb, params }) => {
    await Promise.resolve();
    if (verb.name !== 'saveTransition') return params;
    const transition = params as TransitionParams;
    return { ...transition, effects: transition.effects.filter((effect) => effect.kind !== kind) };
  };
}

const currentToken = {
  name: 'mutantToken',
  class: 'read',
  run: async (tx: SqlTransaction, params: { readonly sliceId: string }) =>
    await tx.get<{ token: number }>('select token from slice where id = ?', [params.sliceId]),
} as const;

export const mutants: Readonly<Record<string, Mutant>> = {
  noTokenCheck: {
    what: 'commits are not fenced by the token of their slice',
    rewrite: async (call, database) => {
      if (call.verb.name !== 'commitJobs') return call.params;
      const commits: JobCommit[] = [];
      for (const commit of (call.params as { readonly commits: readonly JobCommit[] }).commits) {
        const row = await database.call(currentToken, { sliceId: commit.sliceId });
        commits.push({ ...commit, sliceToken: row?.token ?? commit.sliceToken });
      }
      return { commits };
    },
  },
  noAuthorisation: {
    what: 'jobs are handed over whatever the age of the authorisation',
    install: () => (Authorisation.prototype.holds = () => true),
    remove: () => void Object.defineProperty(Authorisation.prototype, 'holds', holds ?? {}),
  },
  noCloseSlices: { what: 'the slices of a lane run that ended stay open', rewrite: without('closeSlices') },
  noReturnSlices: { what: 'the slices of a suspended lane run stay where they are', rewrite: without('returnSlices') },
  noCloseGate: { what: 'a stop does not close the gate', rewrite: without('closeGate') },
};
