/**
 * Uploads of initial content (extension): received in pieces with constant memory, used by executions that are scheduled
 * later, removed when they have had their time. While one group of pieces is written the next one is read and checked; a
 * body that comes faster than the database writes waits in its connection.
 */
import { makeError, newId, ok, refuse, type Result } from '@laneway/model';
import type { UploadReceipt, UploadRequest } from '../extensions-api.ts';
import {
  beginUpload,
  extendUpload,
  finishUpload,
  removeUpload,
  type QuotaReached,
  type Removal,
  type UploadExtension,
  type UploadOwner,
  type UploadQuota,
} from '../persistence/sql/uploads.ts';
import { finishHeldTimer, releaseTimer, type TakenTimer } from '../persistence/sql/timers.ts';
import type { Database } from '../persistence/sql.ts';
import { cutIntoPieces } from '../stores/chunks.ts';
import { ItemLines } from './item-lines.ts';

/** How long an upload is left alone whose writer or reader has not been heard of. */
export const uploadKeptMs = 10 * 60 * 1000;

/** What one transaction writes: some tens of milliseconds. */
const groupItems = 20_000;
const groupLength = 2 * 1024 * 1024;
const removedAtOnce = 200;

export interface UploadsParts {
  readonly database: Database;
  readonly maxItemBytes: number;
  readonly retentionMs: number;
  readonly quota: UploadQuota;
  /** How long a body may be silent; `uploadKeptMs` when absent. */
  readonly keptMs?: number;
}

function withinQuota(quota: UploadQuota, reached: QuotaReached): Result<void> {
  if (reached === null) return ok(undefined);
  const resourceDescription = reached === 'count' ? 'uploads of one user' : 'bytes in uploads of one user';
  return refuse(makeError('limitReached', { limit: quota[reached], resourceDescription }));
}

export class Uploads {
  readonly #parts: UploadsParts;
  readonly #keptMs: number;

  constructor(parts: UploadsParts) {
    this.#parts = parts;
    this.#keptMs = parts.keptMs ?? uploadKeptMs;
  }

  /** Nothing is left of a body that is refused or breaks off. */
  async receive(request: UploadRequest): Promise<Result<UploadReceipt>> {
    const { database, quota } = this.#parts;
    const { userId, spaceId } = request;
    const uploadId = newId();
    const begun = withinQuota(quota, await database.call(beginUpload, { uploadId, userId, spaceId, keepMs: this.#keptMs, quota }));
    if (!begun.ok) return begun;
    let received: Result<number> | undefined;
    try {
      received = await this.#write(uploadId, request);
    } finally {
      // What cannot be removed now goes with its timer.
      if (received?.ok !== true) await this.#removeAll(uploadId, { userId, spaceId }).catch(() => undefined);
    }
    if (!received.ok) return received;
    const bytes = received.value;
    const { itemCount } = await database.call(finishUpload, { uploadId, retentionMs: this.#parts.retentionMs });
    return ok({ uploadId, itemCount, bytes });
  }

  /** The number of bytes. */
  async #write(uploadId: string, { userId, body }: UploadRequest): Promise<Result<number>> {
    const lines = new ItemLines(this.#parts.maxItemBytes);
    const { database, quota } = this.#parts;
    const group = new Group(database, { uploadId, userId, keepMs: this.#keptMs, quota });
    try {
      for await (const piece of body) {
        const items = lines.take(piece);
        if (!items.ok) return items;
        const added = await group.add(items.value);
        if (!added.ok) return added;
      }
      const last = lines.end();
      if (!last.ok) return last;
      const finished = await group.finish(last.value);
      if (!finished.ok) return finished;
    } finally {
      await group.settled();
    }
    return ok(lines.byteCount);
  }

  /** False when the user has no such upload in the space. */
  async remove(uploadId: string, owner: UploadOwner): Promise<boolean> {
    return (await this.#removeAll(uploadId, owner)).kind === 'gone';
  }

  /** Its time is over, unless somebody has kept it meanwhile. */
  async expire(timer: TakenTimer): Promise<void> {
    const { uploadId } = JSON.parse(timer.body) as { readonly uploadId: string };
    const { id, heldUntil } = timer;
    const removal = await this.#removeAll(uploadId, null);
    if (removal.kind === 'kept') await this.#parts.database.call(releaseTimer, { id, heldUntil, delayMs: removal.forMs });
    else await this.#parts.database.call(finishHeldTimer, { id, heldUntil });
  }

  async #removeAll(uploadId: string, owner: UploadOwner | null): Promise<Exclude<Removal, { kind: 'going' }>> {
    for (;;) {
      const removal = await this.#parts.database.call(removeUpload, { uploadId, owner, limit: removedAtOnce });
      if (removal.kind !== 'going') return removal;
    }
  }
}

/** Items on their way to the database: one group is written at a time, and the next one gathered meanwhile. */
class Group {
  readonly #database: Database;
  readonly #upload: Omit<UploadExtension, 'pieces'>;
  #items: string[] = [];
  #length = 0;
  #writing: Promise<QuotaReached> = Promise.resolve(null);
  /** The monotonic clock, milliseconds. */
  #writtenAt = performance.now();

  constructor(database: Database, upload: Omit<UploadExtension, 'pieces'>) {
    this.#database = database;
    this.#upload = upload;
  }

  /** Refuses when the quota did not take the group before. */
  async add(items: readonly string[]): Promise<Result<void>> {
    for (const item of items) {
      this.#items.push(item);
      this.#length += item.length;
    }
    // A body that comes slowly keeps its upload too, also in the middle of an item.
    const isDue = performance.now() - this.#writtenAt >= this.#upload.keepMs / 10;
    const isFull = this.#items.length >= groupItems || this.#length >= groupLength;
    return isFull || isDue ? await this.write() : ok(undefined);
  }

  /** Rejects with the failure of the group before. */
  async write(): Promise<Result<void>> {
    const pieces = cutIntoPieces(this.#items);
    this.#items = [];
    this.#length = 0;
    this.#writtenAt = performance.now();
    const before = await this.#written();
    if (!before.ok) return before;
    this.#writing = this.#database.call(extendUpload, { ...this.#upload, pieces });
    // It is waited for with the next group; until then nobody listens.
    this.#writing.catch(() => undefined);
    return before;
  }

  async #written(): Promise<Result<void>> {
    return withinQuota(this.#upload.quota, await this.#writing);
  }

  /** Everything is written, with the last items. */
  async finish(items: readonly string[]): Promise<Result<void>> {
    const added = await this.add(items);
    const written = added.ok ? await this.write() : added;
    return written.ok ? await this.#written() : written;
  }

  /** Nothing is written any more, whatever became of it. */
  async settled(): Promise<void> {
    await this.#writing.catch(() => undefined);
  }
}
