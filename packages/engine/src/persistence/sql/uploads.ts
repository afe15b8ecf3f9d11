/**
 * Uploads: initial content of any size that came before its executions.
 *
 * Invariants: 1. An upload can be used only when it is complete (`ready`). 2. Its timer is there as long as it is, so
 * that whatever happens to its writer it goes. 3. Nothing is removed before `kept_until`, which every writer and every
 * reader moves ahead of itself; all of it happens under the lock of the upload's row. 4. No user has more than his quota: uploads
 * that begin or grow look at it one after the other.
 */
import type { Piece } from '../../stores/chunks.ts';
import { maxDeletedBytes } from '../../stores/limits.ts';
import { defineVerb, type SqlTransaction } from '../sql.ts';
import { rows } from './placeholders.ts';
import { insertTimer } from './timers.ts';

/** Kind of the timers that remove uploads. */
export const uploadTimerKind = 'upload';

function timerId(uploadId: string): string {
  return `${uploadTimerKind}.${uploadId}`;
}

async function setTimer(tx: SqlTransaction, uploadId: string, dueAt: number): Promise<void> {
  const body = JSON.stringify({ uploadId });
  await insertTimer(tx, { id: timerId(uploadId), kind: uploadTimerKind, executionId: '', dueAt, body });
}

export interface UploadOwner {
  readonly userId: string;
  readonly spaceId: string;
}

/** What one user may have in uploads, in all spaces together. */
export interface UploadQuota {
  readonly count: number;
  /** Of the items as they are stored. */
  readonly bytes: number;
}

interface Used {
  readonly count: number;
  readonly bytes: number;
}

/** Until the transaction ends nothing is added to it. */
async function usedBy(tx: SqlTransaction, userId: string): Promise<Used> {
  if (tx.dialect.name === 'postgres') await tx.all('select pg_advisory_xact_lock(hashtext(?))', [`uploads:${userId}`]);
  const used = await tx.get<Used>(
    `select count(*) as count, coalesce(cast(sum(bytes) as bigint), 0) as bytes from upload where user_id = ? and state <> 'removed'`,
    [userId],
  );
  return used ?? { count: 0, bytes: 0 };
}

/** Which part of the quota is used up; null = there is room. */
export type QuotaReached = keyof UploadQuota | null;

export const beginUpload = defineVerb(
  'beginUpload',
  'control',
  async (
    tx,
    params: UploadOwner & { readonly uploadId: string; readonly keepMs: number; readonly quota: UploadQuota },
  ): Promise<QuotaReached> => {
    const used = await usedBy(tx, params.userId);
    if (used.count >= params.quota.count) return 'count';
    if (used.bytes >= params.quota.bytes) return 'bytes';
    const keptUntil = (await tx.now()) + params.keepMs;
    await tx.run(
      `insert into upload (id, user_id, space_id, state, item_count, bytes, piece_count, kept_until) values (?, ?, ?, 'receiving', 0, 0, 0, ?)`,
      [params.uploadId, params.userId, params.spaceId, keptUntil],
    );
    await setTimer(tx, params.uploadId, keptUntil);
    return null;
  },
);

export interface UploadExtension {
  readonly uploadId: string;
  readonly userId: string;
  readonly pieces: readonly Piece[];
  readonly keepMs: number;
  readonly quota: UploadQuota;
}

/** Some more pieces, all or none. Fails when the upload was given up meanwhile. */
export const extendUpload = defineVerb('extendUpload', 'data', async (tx, params: UploadExtension): Promise<QuotaReached> => {
  const { uploadId, userId, pieces, keepMs, quota } = params;
  const itemCount = pieces.reduce((sum, piece) => sum + piece.itemCount, 0);
  const bytes = pieces.reduce((sum, piece) => sum + piece.bytes, 0);
  if (bytes > 0 && (await usedBy(tx, userId)).bytes + bytes > quota.bytes) return 'bytes';
  const upload = await tx.get<{ piece_count: number }>(
    `update upload set item_count = item_count + ?, bytes = bytes + ?, piece_count = piece_count + ?, kept_until = ?
       where id = ? and state = 'receiving' returning piece_count`,
    [itemCount, bytes, pieces.length, (await tx.now()) + keepMs, uploadId],
  );
  if (upload === undefined) throw new Error('the upload took too long and was given up');
  if (pieces.length === 0) return null;
  const first = upload.piece_count - pieces.length;
  await tx.run(
    `insert into upload_piece (upload_id, piece_number, item_count, items) values ${rows(pieces.length, 4)}`,
    pieces.flatMap((piece, offset) => [uploadId, first + offset, piece.itemCount, piece.text]),
  );
  return null;
});

/** From now on it can be used, until it expires. */
export const finishUpload = defineVerb(
  'finishUpload',
  'control',
  async (tx, params: { readonly uploadId: string; readonly retentionMs: number }): Promise<{ readonly itemCount: number }> => {
    const expiresAt = (await tx.now()) + params.retentionMs;
    const upload = await tx.get<{ item_count: number }>(
      `update upload set state = 'ready', expires_at = ?, kept_until = ? where id = ? and state = 'receiving' returning item_count`,
      [expiresAt, expiresAt, params.uploadId],
    );
    if (upload === undefined) throw new Error('the upload took too long and was given up');
    await setTimer(tx, params.uploadId, expiresAt);
    return { itemCount: upload.item_count };
  },
);

/** Keeps an upload that can be used for a while longer; null when there is no such one of this user in this space. */
export const holdUpload = defineVerb(
  'holdUpload',
  'control',
  async (
    tx,
    params: UploadOwner & { readonly uploadId: string; readonly keepMs: number },
  ): Promise<{ readonly pieceCount: number } | null> => {
    const now = await tx.now();
    const until = now + params.keepMs;
    const upload = await tx.get<{ piece_count: number }>(
      `update upload set kept_until = case when kept_until > ? then kept_until else ? end
       where id = ? and user_id = ? and space_id = ? and state = 'ready' and expires_at > ? returning piece_count`,
      [until, until, params.uploadId, params.userId, params.spaceId, now],
    );
    return upload === undefined ? null : { pieceCount: upload.piece_count };
  },
);

/** Keeps an upload that is being read, also past its expiry; false when it is gone. */
export const keepUpload = defineVerb(
  'keepUpload',
  'control',
  async (tx, params: { readonly uploadId: string; readonly keepMs: number }): Promise<boolean> => {
    const until = (await tx.now()) + params.keepMs;
    const kept = await tx.run(
      `update upload set kept_until = case when kept_until > ? then kept_until else ? end where id = ? and state = 'ready'`,
      [until, until, params.uploadId],
    );
    return kept === 1;
  },
);

/** Enough for one transaction that writes them elsewhere. */
const piecesAtOnce = 20;
const lengthAtOnce = 2 * 1024 * 1024;

/** The pieces from number `from` on that are read at once; empty when there are none. */
export const readUploadPieces = defineVerb(
  'readUploadPieces',
  'read',
  async (tx, params: { readonly uploadId: string; readonly from: number }): Promise<readonly string[]> => {
    const texts: string[] = [];
    // One by one: a piece may be a single item of the largest size.
    for (let length = 0; texts.length < piecesAtOnce && length < lengthAtOnce;) {
      const piece = await tx.get<{ items: string }>('select items from upload_piece where upload_id = ? and piece_number = ?', [
        params.uploadId,
        params.from + texts.length,
      ]);
      if (piece === undefined) break;
      texts.push(piece.items);
      length += piece.items.length;
    }
    return texts;
  },
);

/** Up to `limit` of the first pieces and about `maxDeletedBytes`; true when there may be more. */
async function removePieces(tx: SqlTransaction, uploadId: string, limit: number): Promise<boolean> {
  const found = await tx.all<{ piece_number: number; bytes: number }>(
    'select piece_number, octet_length(items) as bytes from upload_piece where upload_id = ? order by piece_number limit ?',
    [uploadId, limit],
  );
  let bytes = 0;
  const within = found.filter((piece, position) => {
    bytes += piece.bytes;
    return position === 0 || bytes <= maxDeletedBytes;
  });
  const last = within.at(-1);
  if (last !== undefined) await tx.run('delete from upload_piece where upload_id = ? and piece_number <= ?', [uploadId, last.piece_number]);
  return within.length < found.length || found.length === limit;
}

export type Removal =
  | { readonly kind: 'kept'; readonly forMs: number }
  /** A part of it went. */
  | { readonly kind: 'going' }
  | { readonly kind: 'gone' }
  /** There is no such upload, or it is not the owner's. */
  | { readonly kind: 'unknown' };

/**
 * Removes a part of an upload that has had its time, or that `owner` does not want any more; the last part takes the timer along.
 * Not a control verb: parts that come one after the other would go before every commit that is waiting.
 */
export const removeUpload = defineVerb(
  'removeUpload',
  'data',
  async (tx, params: { readonly uploadId: string; readonly owner: UploadOwner | null; readonly limit: number }): Promise<Removal> => {
    const { uploadId, owner } = params;
    const upload = await tx.get<{ user_id: string; space_id: string; state: string; kept_until: number }>(
      `select user_id, space_id, state, kept_until from upload where id = ?${tx.dialect.forUpdate}`,
      [uploadId],
    );
    const isOwn = owner === null || (upload?.user_id === owner.userId && upload.space_id === owner.spaceId);
    if (upload === undefined || !isOwn) return { kind: 'unknown' };
    if (upload.state !== 'removed') {
      const forMs = upload.kept_until - (await tx.now());
      if (owner === null && forMs > 0) return { kind: 'kept', forMs };
      // First of all nobody can begin to use it.
      await tx.run(`update upload set state = 'removed' where id = ?`, [uploadId]);
    }
    if (await removePieces(tx, uploadId, params.limit)) return { kind: 'going' };
    await tx.run('delete from upload where id = ?', [uploadId]);
    await tx.run('delete from timer where id = ?', [timerId(uploadId)]);
    return { kind: 'gone' };
  },
);
