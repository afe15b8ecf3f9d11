/**
 * What kind of value a detail holds; a trailing `?` means that it may be null (rest §3.2).
 * `json` covers every structured value the engine passes through.
 */
export type DetailKind = BaseDetailKind | `${BaseDetailKind}?`;
export type BaseDetailKind = 'string' | 'integer' | 'strings' | 'json' | 'error';

/** One entry of the error catalogue. */
export interface ErrorDefinition {
  /** null: the status is that of the nested error (rest R37). */
  readonly httpCode: number | null;
  /** Every declared key; all of them are present in `details` (rest §3.1). */
  readonly details: Readonly<Record<string, DetailKind>>;
  /** Description with `{key}` where a detail is inserted. */
  readonly template: string;
  /** What a nullable detail reads as when it is null. */
  readonly whenNull?: Readonly<Record<string, string>>;
}
