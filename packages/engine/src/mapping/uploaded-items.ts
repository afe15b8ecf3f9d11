/**
 * Initial content that was uploaded (extension), part by part: each item is checked and converted like one of an array
 * in the request (data-and-stores R13, R35–R37). Errors are those of the whole array, without repeating it.
 */
import {
  checkValue,
  constraintError,
  normaliseLogItem,
  ok,
  passesLogLevel,
  refuse,
  type ErrorObject,
  type Result,
  type StoreSchema,
} from '@laneway/model';
import type { FileService } from '../files/port.ts';
import { cutIntoPieces } from '../stores/chunks.ts';
import type { LogWrite, PiecesWrite } from '../stores/writes.ts';
import { boundedJson } from '../values/bounded-json.ts';
import { compileType } from '../values/compile-type.ts';
import { gatherFacts } from '../values/facts.ts';
import { rootDataSpec } from '../values/items.ts';
import { ReferenceIds } from '../values/reference-ids.ts';
import { referenceCheck } from '../values/references.ts';
import { isTooLarge, tooLarge } from './item-size.ts';
import { userEntry } from './store-updates.ts';

/** Types of stores whose content may be uploaded: those that take an array. */
export const uploadableTypes = ['list', 'treeForest', 'auditLog'] as const;
export type UploadableSchema = Extract<StoreSchema, { type: (typeof uploadableTypes)[number] }>;

export function isUploadable(schema: StoreSchema): schema is UploadableSchema {
  return uploadableTypes.some((type) => type === schema.type);
}

export interface UploadedPart {
  readonly storeId: string;
  readonly schema: UploadableSchema;
  /** JSON texts, checked for their form. */
  readonly texts: readonly string[];
  /** Index of the first one; in a log those that the level drops do not count (R36). */
  readonly firstIndex: number;
  readonly spaceId: string;
  /** Who schedules. */
  readonly userId: string;
  readonly logLevel: number;
}

export interface ConvertedPart {
  readonly write: PiecesWrite | LogWrite;
  readonly nextIndex: number;
}

export type UploadedItemsConverter = (part: UploadedPart) => Promise<Result<ConvertedPart>>;

export function uploadedItemsConverter(files: FileService, maxItemBytes: number): UploadedItemsConverter {
  return async (part) => {
    const values = part.texts.map((text) => JSON.parse(text) as unknown);
    return part.schema.type === 'auditLog'
      ? await logEntries(part, part.schema.config.logContentDataSpec, values, { files, maxItemBytes })
      : await items(part, part.schema, values, { files, maxItemBytes });
  };
}

interface Surroundings {
  readonly files: FileService;
  readonly maxItemBytes: number;
}

async function items(
  { storeId, firstIndex, spaceId, userId }: UploadedPart,
  schema: Exclude<UploadableSchema, { type: 'auditLog' }>,
  values: readonly unknown[],
  { files, maxItemBytes }: Surroundings,
): Promise<Result<ConvertedPart>> {
  const { itemDataSpec } = schema.config;
  const type = compileType(schema.type === 'treeForest' ? rootDataSpec(itemDataSpec) : itemDataSpec);
  const ids = new ReferenceIds();
  if (type.hasReferences) for (const value of values) type.collect(value, ids);
  const facts = await gatherFacts({ spaceId, userId, files }, ids);
  const stored: string[] = [];
  for (const [offset, value] of values.entries()) {
    const problem = type.validate(value, facts);
    if (problem !== null) return refuse(itemError(firstIndex + offset, problem));
    const text = JSON.stringify(type.toStored(value));
    // A number may be longer than it was written.
    if (isTooLarge(text, maxItemBytes)) return refuse(itemError(firstIndex + offset, tooLarge(maxItemBytes)));
    stored.push(text);
  }
  return ok({ write: { kind: 'pieces', storeId, pieces: cutIntoPieces(stored) }, nextIndex: firstIndex + values.length });
}

async function logEntries(
  { storeId, firstIndex, spaceId, userId, logLevel }: UploadedPart,
  spec: Extract<UploadableSchema, { type: 'auditLog' }>['config']['logContentDataSpec'],
  values: readonly unknown[],
  { files, maxItemBytes }: Surroundings,
): Promise<Result<ConvertedPart>> {
  const kept = values.map(normaliseLogItem).filter(({ severity }) => passesLogLevel(severity, logLevel));
  const type = compileType(spec);
  const ids = new ReferenceIds();
  if (type.hasReferences) for (const { content } of kept) type.collect(content, ids);
  const checkReference = referenceCheck(await gatherFacts({ spaceId, userId, files }, ids));
  const entries = kept.map(userEntry);
  for (const [offset, { content }] of kept.entries()) {
    const problem = checkValue(spec, content, checkReference);
    if (problem !== null) return refuse(itemError(firstIndex + offset, problem));
    if (isTooLarge(entries[offset]?.content ?? '', maxItemBytes)) return refuse(itemError(firstIndex + offset, tooLarge(maxItemBytes)));
  }
  return ok({ write: { kind: 'log', storeId, entries }, nextIndex: firstIndex + kept.length });
}

/** As for an array (R8), whose value is not told: it is not here as a whole, and it may be anything but small. */
function itemError(index: number, { id, description, details }: ErrorObject): ErrorObject {
  const bounded = details === undefined ? {} : { details: boundedJson(details) as NonNullable<ErrorObject['details']> };
  return constraintError(null, 'array', { [`$[${index}]`]: { id, description: boundedJson(description), ...bounded } });
}
