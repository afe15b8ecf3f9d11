import type { DispatchRule, TimeSeriesSchema } from '../schema/workflow.ts';

type NamingRule = Pick<DispatchRule, 'measurementTimeSeriesNameMatcherType' | 'measurementTimeSeriesNameMatcher' | 'prefixCombiner'>;
type NamingSchema = Pick<TimeSeriesSchema, 'nameGeneratorType' | 'nameGenerator'>;

/** Name of the series that a measurement goes to under a fitting rule (data-and-stores R57). */
export function targetSeriesName(schema: NamingSchema, rule: NamingRule, tsName: string): string {
  const { nameGenerator: generator } = schema;
  if (schema.nameGeneratorType === 'exact') return generator;
  if (rule.measurementTimeSeriesNameMatcherType === 'exact') return generator + tsName;
  const matcher = rule.measurementTimeSeriesNameMatcher;
  switch (rule.prefixCombiner) {
    case 'concatenate':
      return generator + tsName;
    case 'converge':
      return matcher.startsWith(generator) ? tsName : generator + tsName;
    case 'overwrite':
      return generator + tsName.slice(matcher.length);
  }
}
