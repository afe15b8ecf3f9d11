/**
 * A data directory belongs to one process at a time, with PostgreSQL too (design §5).
 *
 * The lock is an exclusive transaction, held for life, on a small SQLite file that nothing but this one
 * connection ever opens: closing any other descriptor of it would drop the lock. The system lets go of it when
 * the process dies in whatever way, so holding it proves that the previous owner is dead. Who holds it is
 * written in a plain file beside it.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { newId } from '@laneway/model';

export interface DataDirectory {
  readonly path: string;
  /** Id of the node that lives here; kept for ever, so that a restart takes its own work back at once. */
  readonly nodeId: string;
  release(): void;
}

export type DataDirectoryOutcome =
  | { readonly kind: 'owned'; readonly directory: DataDirectory }
  /** Another process lives here; `pid` is null when it could not be read. */
  | { readonly kind: 'taken'; readonly pid: number | null };

const lockFile = 'lock.db';
const pidFile = 'lock.pid';
const nodeFile = 'node.id';

/** Creates the directory if needed (mode 0700) and takes it, or says who has it. */
export function takeDataDirectory(path: string): DataDirectoryOutcome {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const lock = new DatabaseSync(join(path, lockFile));
  try {
    lock.exec('pragma busy_timeout = 0');
    lock.exec('pragma journal_mode = delete');
    lock.exec('begin exclusive');
  } catch {
    lock.close();
    return { kind: 'taken', pid: readPid(path) };
  }
  const pidPath = join(path, pidFile);
  writeFileSync(pidPath, `${process.pid}\n`);
  return {
    kind: 'owned',
    directory: {
      path,
      nodeId: nodeIdOf(path),
      release: () => {
        rmSync(pidPath, { force: true });
        lock.close();
      },
    },
  };
}

/** The process that holds the directory, as it wrote it down; null when there is none or it cannot be read. */
export function readPid(path: string): number | null {
  try {
    const pid = Number.parseInt(readFileSync(join(path, pidFile), 'utf8'), 10);
    return Number.isInteger(pid) ? pid : null;
  } catch {
    return null;
  }
}

function nodeIdOf(path: string): string {
  const file = join(path, nodeFile);
  if (existsSync(file)) {
    const known = readFileSync(file, 'utf8').trim();
    if (known !== '') return known;
  }
  const nodeId = newId();
  writeFileSync(file, `${nodeId}\n`);
  return nodeId;
}
