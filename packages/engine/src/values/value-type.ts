/**
 * Values of one data spec: checked, stored, iterated, described and conformed (data-and-stores §1, §2).
 * A spec is compiled once; everything after that is synchronous. What a check must know about references is
 * gathered before (`collect`, then `gatherFacts`), for a whole batch at once.
 */
import type { ErrorObject, Result } from '@laneway/model';
import type { Facts } from './facts.ts';
import type { ReferenceIds } from './reference-ids.ts';

export interface ValueType {
  readonly name: string;
  /** Whether values refer to files, datasets or groups, so that facts are needed. */
  readonly hasReferences: boolean;
  /** Attributes of files that `conform` hands out. */
  readonly attributes: readonly string[];
  /** Adds every id that a value, which may be invalid, refers to; never throws. */
  collect(value: unknown, ids: ReferenceIds): void;
  /** Type, then constraints; the first problem or null. Without facts references are checked for their form only. */
  validate(value: unknown, facts: Facts | null): ErrorObject | null;
  /** Validates and completes references with the attributes of the spec (§2.4). */
  conform(value: unknown, facts: Facts): Result<unknown>;
  /** Minimal form of a valid value (R9). */
  toStored(value: unknown): unknown;
  /** The form that is handed to tasks; no look at what is referenced (R10). */
  fromStored(stored: unknown): unknown;
  collectStored(stored: unknown, ids: ReferenceIds): void;
  /** The form shown to people; needs the facts `describedAttributes` of what `collectStored` found. */
  describe(stored: unknown, facts: Facts): Result<unknown>;
}

/** Attributes of a described file (§2.3). */
export const describedAttributes = ['fileId', 'name', 'type', 'size'] as const;
