import { isJsonObject } from '../../data/json.ts';

/** Records of a dashboard by the field that holds them; in a list every element is one (schemas §6.6, R19). Real dumps leave `unitOptions` plain. */
const recordFields: ReadonlySet<string> = new Set([
  'rootSection',
  'title',
  'charts',
  'sections',
  'yAxes',
  'seriesGroupBuilders',
  'seriesBuilders',
  'builderRecipe',
  'seriesTemplate',
  'dynamicSeriesConfigsSource',
  'dynamicSeriesGroupConfigsSource',
  'sourceSpec',
  'externalSourceParameters',
  'seriesGroupTemplate',
  'subgroups',
  'functionArguments',
  'operandProviders',
]);

function holdsRecord(key: string): boolean {
  return recordFields.has(key) || key.endsWith('Provider');
}

/** A plain dashboard with every record wrapped. */
export function persistedDashboard(dashboard: unknown): unknown {
  return wrapRecord(dashboard);
}

function wrapRecord(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(wrapRecord);
  if (!isJsonObject(value)) return value;
  const isLiteral = Object.hasOwn(value, 'functionName') && value['functionName'] === 'literal';
  const fields = Object.entries(value).map(([key, field]) => {
    if (isLiteral && key === 'functionArguments') return [key, { _version: 1, _data: field }];
    return [key, holdsRecord(key) ? wrapRecord(field) : field];
  });
  return { _version: 1, _data: Object.fromEntries(fields) as unknown };
}
