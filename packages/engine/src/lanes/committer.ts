/**
 * Group commit: jobs that end while a commit is under way wait and share the next transaction (design §4).
 *
 * Invariants: 1. At most `lanesOfCommits` transactions of this node at a time. 2. Every submitted commit is
 * answered once. 3. A group that fails is committed one by one, so that one bad member never sinks others.
 */
import type { Database } from '../persistence/sql.ts';
import { packWrites } from '../stores/pack-writes.ts';
import { commitJobs, type JobCommit, type JobCommitOutcome } from '../persistence/sql/commits.ts';

interface Waiting {
  readonly commit: JobCommit;
  readonly weight: number;
  readonly resolve: (outcome: JobCommitOutcome) => void;
  readonly reject: (error: Error) => void;
}

/** Bounds a transaction to a few milliseconds of work. */
const maxGroupWeight = 4000;
const maxGroupSize = 32;

function weightOf(commit: JobCommit): number {
  let weight = 20 + commit.failed.length * 4;
  for (const write of commit.writes) {
    if (write.kind === 'append') weight += write.items.length;
    else if (write.kind === 'pieces') weight += write.pieces.length * 20;
    else if (write.kind === 'log') weight += write.entries.length * 4;
    else if (write.kind === 'measure') weight += write.points.length * 2;
    else weight += 1;
  }
  return weight;
}

export class Committer {
  readonly #database: Database;
  readonly #lanesOfCommits: number;
  readonly #waiting: Waiting[] = [];
  #running = 0;
  #idle: (() => void)[] = [];

  constructor(database: Database) {
    this.#database = database;
    this.#lanesOfCommits = database.dialect.name === 'sqlite' ? 1 : 4;
  }

  async submit(commit: JobCommit): Promise<JobCommitOutcome> {
    return await new Promise((resolve, reject) => {
      this.#waiting.push({ commit: { ...commit, writes: packWrites(commit.writes) }, weight: weightOf(commit), resolve, reject });
      this.#pump();
    });
  }

  /** Resolves when nothing is waiting or under way. */
  async settled(): Promise<void> {
    if (this.#running === 0 && this.#waiting.length === 0) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #pump(): void {
    while (this.#running < this.#lanesOfCommits && this.#waiting.length > 0) {
      const group = this.#takeGroup();
      this.#running += 1;
      void this.#commit(group).finally(() => {
        this.#running -= 1;
        this.#pump();
        if (this.#running === 0 && this.#waiting.length === 0) {
          for (const resolve of this.#idle.splice(0)) resolve();
        }
      });
    }
  }

  #takeGroup(): readonly Waiting[] {
    const group: Waiting[] = [];
    let weight = 0;
    while (group.length < maxGroupSize) {
      const next = this.#waiting[0];
      if (next === undefined || (group.length > 0 && weight + next.weight > maxGroupWeight)) break;
      weight += next.weight;
      group.push(next);
      this.#waiting.shift();
    }
    return group;
  }

  async #commit(group: readonly Waiting[]): Promise<void> {
    try {
      const outcomes = await this.#database.call(commitJobs, { commits: group.map((member) => member.commit) });
      for (const [index, member] of group.entries()) member.resolve(outcomes[index] ?? { kind: 'fenced' });
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error));
      const [only] = group;
      if (group.length === 1 && only !== undefined) only.reject(failure);
      else for (const member of group) await this.#commit([member]);
    }
  }
}
