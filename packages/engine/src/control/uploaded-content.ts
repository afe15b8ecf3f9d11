/** Uploads as the initial content of an execution that is being created: found first, copied last, part by part. */
import { makeError, ok, refuse, type Result } from '@laneway/model';
import type { ScheduleRequest } from '../engine-api.ts';
import { isUploadable, uploadableTypes, type UploadableSchema, type UploadedItemsConverter } from '../mapping/uploaded-items.ts';
import { extendCreation } from '../persistence/sql/creations.ts';
import { holdUpload, keepUpload, readUploadPieces } from '../persistence/sql/uploads.ts';
import type { Database } from '../persistence/sql.ts';
import { linesOf } from '../stores/chunks.ts';
import { uploadKeptMs } from './uploads.ts';

/** Key of the request that names uploads; errors name it. */
const uploadsKey = 'storeInitialContentUploads';

export interface FoundUpload {
  readonly uploadId: string;
  readonly pieceCount: number;
  readonly schema: UploadableSchema;
}

/** Store schema id → upload. Nothing is written before all of them are known to be there, and for stores that take them. */
export async function findUploads(database: Database, request: ScheduleRequest): Promise<Result<ReadonlyMap<string, FoundUpload>>> {
  const found = new Map<string, FoundUpload>();
  for (const [schemaId, uploadId] of Object.entries(request.storeInitialContentUploads ?? {})) {
    const schema = request.revision.stores.find((store) => store.id === schemaId);
    if (schema === undefined) return refuse(makeError('atmStoreNotFound', { atmStoreSchemaId: schemaId }));
    if (!isUploadable(schema)) return refuse(makeError('atmStoreTypeDisallowed', { atmStoreSchemaId: schemaId, allowed: uploadableTypes }));
    const key = `${uploadsKey}.${schemaId}`;
    if (Object.hasOwn(request.storeInitialContentOverlay, schemaId) && request.storeInitialContentOverlay[schemaId] !== null)
      return refuse(makeError('badData', { key, hint: 'the store has content in storeInitialContentOverlay too; give one of the two' }));
    const { userId, spaceId } = request;
    const held = await database.call(holdUpload, { uploadId, userId, spaceId, keepMs: uploadKeptMs });
    if (held === null) return refuse(unknownUpload(schemaId));
    found.set(schemaId, { uploadId, schema, pieceCount: held.pieceCount });
  }
  return ok(found);
}

function unknownUpload(schemaId: string): ReturnType<typeof makeError> {
  return makeError('badValueIdNotFound', { key: `${uploadsKey}.${schemaId}` });
}

export interface UploadCopy {
  readonly executionId: string;
  readonly storeId: string;
  readonly upload: FoundUpload;
  readonly spaceId: string;
  readonly userId: string;
  readonly logLevel: number;
  readonly abandonedAfterMs: number;
}

/** Converts an upload into the content of a store of an unfinished creation; the first bad item ends it. */
export async function copyUpload(database: Database, convert: UploadedItemsConverter, copy: UploadCopy): Promise<Result<void>> {
  const { executionId, storeId, upload, spaceId, userId, logLevel, abandonedAfterMs } = copy;
  const { uploadId, pieceCount, schema } = upload;
  let firstIndex = 0;
  let keptAt = performance.now();
  for (let from = 0; from < pieceCount;) {
    if (performance.now() - keptAt > uploadKeptMs / 10) {
      await database.call(keepUpload, { uploadId, keepMs: uploadKeptMs });
      keptAt = performance.now();
    }
    const texts = await database.call(readUploadPieces, { uploadId, from });
    // Removed by its owner meanwhile.
    if (texts.length === 0) return refuse(unknownUpload(schema.id));
    from += texts.length;
    const part = { storeId, schema, texts: texts.flatMap(linesOf), firstIndex, spaceId, userId, logLevel };
    const converted = await convert(part);
    if (!converted.ok) return refuse(makeError('atmStoreCreationFailed', { atmStoreSchemaId: schema.id, specificError: converted.error }));
    await database.call(extendCreation, { executionId, write: converted.value.write, abandonedAfterMs });
    firstIndex = converted.value.nextIndex;
  }
  return ok(undefined);
}
