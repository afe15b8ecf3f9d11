/** The data specs as the documentation of data types describes them; written again here so that nothing comes from the product. */

export type FileType = 'REG' | 'DIR' | 'SYMLNK' | 'ANY';

export interface MeasurementSpec {
  readonly nameMatcherType: 'exact' | 'hasPrefix';
  readonly nameMatcher: string;
  readonly unit: string;
}

export type CheckedSpec =
  | { readonly type: 'array'; readonly itemDataSpec: CheckedSpec }
  | { readonly type: 'boolean' | 'object' | 'range' }
  | { readonly type: 'number'; readonly integersOnly: boolean; readonly allowedValues: readonly number[] | null }
  | { readonly type: 'string'; readonly allowedValues: readonly string[] | null }
  | { readonly type: 'file'; readonly fileType: FileType; readonly attributes: readonly string[] | null }
  | { readonly type: 'timeSeriesMeasurement'; readonly specs: readonly MeasurementSpec[] };

export interface CheckedError {
  readonly id: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** What the checker may know of files: every id that names one, and what happens to whoever looks at it. */
export interface KnownFile {
  readonly spaceId: string;
  readonly type: Exclude<FileType, 'ANY'>;
  /** Lower case, as in a `posix` error; undefined = attributes can be read. */
  readonly errno?: string;
}

export interface FileWorld {
  readonly spaceId: string;
  /** Undefined: the text is no file id at all. `absent`: well formed, but names nothing. */
  lookUp(fileId: string): KnownFile | 'absent' | undefined;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A key that the JSON text had; never something that every JavaScript object inherits. */
export function own(value: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}
