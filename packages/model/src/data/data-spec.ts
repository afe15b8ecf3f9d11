/** Type descriptors of values (schemas §3), in canonical plain form. */

export type MatcherType = 'exact' | 'hasPrefix';

export interface MeasurementSpec {
  readonly nameMatcherType: MatcherType;
  readonly nameMatcher: string;
  readonly unit: string;
}

export type DataSpec =
  | { readonly type: 'array'; readonly itemDataSpec: DataSpec }
  | { readonly type: 'boolean' }
  | { readonly type: 'dataset' }
  | { readonly type: 'file'; readonly fileType: 'REG' | 'DIR' | 'SYMLNK' | 'ANY'; readonly attributes: readonly string[] | null }
  | { readonly type: 'group'; readonly attributes: readonly string[] | null }
  | { readonly type: 'number'; readonly integersOnly: boolean; readonly allowedValues: readonly number[] | null }
  | { readonly type: 'object' }
  | { readonly type: 'range' }
  | { readonly type: 'string'; readonly allowedValues: readonly string[] | null }
  | { readonly type: 'timeSeriesMeasurement'; readonly specs: readonly MeasurementSpec[] };

export type DataType = DataSpec['type'];
