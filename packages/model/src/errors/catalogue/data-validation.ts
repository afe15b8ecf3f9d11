import type { ErrorDefinition } from '../definition.ts';

/** Errors about data of a request. */
export const dataValidationErrors = {
  badData: {
    httpCode: 400,
    details: { key: 'string', hint: 'string?', specificError: 'error?' },
    template: 'The value of "{key}" is not acceptable: {hint}.',
  },
  badGuiPackage: { httpCode: 400, details: {}, template: 'The uploaded GUI package cannot be read.' },
  guiPackageTooLarge: { httpCode: 400, details: {}, template: 'The uploaded GUI package exceeds the permitted size.' },
  guiPackageUnverified: {
    httpCode: 400,
    details: { shaSum: 'string' },
    template: 'The checksum "{shaSum}" of the GUI package is not on the list of trusted ones.',
  },
  illegalSupportStageTransition: {
    httpCode: 400,
    details: { currentProviderStage: 'string', currentStorageStage: 'string' },
    template:
      'The support stage cannot change this way: the storage is in "{currentStorageStage}" and the provider in "{currentProviderStage}".',
  },
  invalidQosExpression: { httpCode: 400, details: { reason: 'string' }, template: 'The QoS expression is not valid: {reason}.' },
  malformedData: { httpCode: 400, details: {}, template: 'The request body cannot be parsed.' },
  missingAtLeastOneValue: {
    httpCode: 400,
    details: { keys: 'strings' },
    template: 'None of these keys was given, while one or more of them must be: {keys}.',
  },
  missingRequiredValue: { httpCode: 400, details: { key: 'string' }, template: 'The obligatory key "{key}" was not given.' },
  timeSeriesCollectionMissingLayout: {
    httpCode: 400,
    details: { missingLayout: 'json' },
    template: 'These time series and metrics are absent from the collection: {missingLayout}.',
  },
  timeSeriesCollectionTooManyMetrics: {
    httpCode: 400,
    details: { limit: 'integer' },
    template: 'A time series collection holds at most {limit} metrics.',
  },
  badValueAmbiguousId: { httpCode: 400, details: { key: 'string' }, template: 'More than one resource matches the id given in "{key}".' },
  badValueBoolean: { httpCode: 400, details: { key: 'string' }, template: '"{key}" has to be true or false.' },
  badValueCaveat: { httpCode: 400, details: { caveat: 'json' }, template: 'This caveat is not valid: {caveat}.' },
  badValueDomain: { httpCode: 400, details: {}, template: 'The given domain name is not valid.' },
  badValueEmail: { httpCode: 400, details: {}, template: 'The given e-mail address is not valid.' },
  badValueEmpty: { httpCode: 400, details: { key: 'string' }, template: '"{key}" cannot be left empty.' },
  badValueFilePath: { httpCode: 400, details: {}, template: 'The given file path is not valid.' },
  badValueFloat: { httpCode: 400, details: { key: 'string' }, template: '"{key}" has to be a floating point number.' },
  badValueFullName: {
    httpCode: 400,
    details: {},
    template:
      'The full name is not acceptable: it takes 2 to 128 characters, must start with a letter or digit, end with a letter, digit or dot, and may also contain spaces, dashes, dots, commas and apostrophes in between.',
  },
  badValueIdNotFound: { httpCode: 400, details: { key: 'string' }, template: 'Nothing exists under the id given in "{key}".' },
  badValueIdentifier: { httpCode: 400, details: { key: 'string' }, template: '"{key}" has to be a well-formed identifier.' },
  badValueIdentifierOccupied: { httpCode: 400, details: { key: 'string' }, template: 'The identifier given in "{key}" is in use already.' },
  badValueInteger: { httpCode: 400, details: { key: 'string' }, template: '"{key}" has to be an integer.' },
  badValueInviteType: { httpCode: 400, details: { key: 'string' }, template: '"{key}" has to name a known invite type.' },
  badValueIPv4Address: { httpCode: 400, details: { key: 'string' }, template: '"{key}" has to be an IPv4 address.' },
  badValueJSON: { httpCode: 400, details: { key: 'string' }, template: '"{key}" has to be a JSON object.' },
  badValueListNotAllowed: {
    httpCode: 400,
    details: { key: 'string', allowed: 'strings' },
    template: '"{key}" has to be a list whose every element is one of: {allowed}.',
  },
  badValueListOfIPv4Addresses: { httpCode: 400, details: { key: 'string' }, template: '"{key}" has to be a list of IPv4 addresses.' },
  badValueListOfStrings: { httpCode: 400, details: { key: 'string' }, template: '"{key}" has to be a list of strings.' },
  badValueName: {
    httpCode: 400,
    details: { key: 'string?' },
    template:
      '"{key}" is not an acceptable name: it takes 2 to 128 characters, must start and end with a letter, digit, underscore or parenthesis, and may also contain spaces, dashes and dots in between.',
    whenNull: { key: 'name' },
  },
  badValueNotAllowed: { httpCode: 400, details: { key: 'string', allowed: 'strings' }, template: '"{key}" has to be one of: {allowed}.' },
  badValueNotInRange: {
    httpCode: 400,
    details: { key: 'string', low: 'integer', high: 'integer' },
    template: '"{key}" has to lie in the range from {low} to {high} inclusive.',
  },
  badValueOctal: { httpCode: 400, details: { key: 'string' }, template: '"{key}" has to be an octal number.' },
  badValuePassword: { httpCode: 400, details: {}, template: 'The password is not acceptable: it has to be at least 8 characters long.' },
  badValueQoSParameters: { httpCode: 400, details: {}, template: 'The given QoS parameters are not valid.' },
  badValueString: { httpCode: 400, details: { key: 'string' }, template: '"{key}" has to be a string.' },
  badValueSubdomain: { httpCode: 400, details: {}, template: 'The given subdomain is not valid.' },
  badValueTextTooLarge: {
    httpCode: 400,
    details: { key: 'string', limit: 'integer' },
    template: 'The text in "{key}" is longer than {limit} characters.',
  },
  badValueToken: {
    httpCode: 400,
    details: { key: 'string', tokenError: 'error' },
    template: '"{key}" does not hold a valid token: {tokenError}',
  },
  badValueTokenType: { httpCode: 400, details: { key: 'string' }, template: '"{key}" has to be a known token type.' },
  badValueTooHigh: { httpCode: 400, details: { key: 'string', limit: 'integer' }, template: '"{key}" has to be {limit} at most.' },
  badValueTooLow: { httpCode: 400, details: { key: 'string', limit: 'integer' }, template: '"{key}" has to be {limit} or more.' },
  badValueTimeSeriesCollectionConflictingMetricConfig: {
    httpCode: 400,
    details: { timeSeriesName: 'string', metricName: 'string', existingMetricConfig: 'json', conflictingMetricConfig: 'json' },
    template:
      'Metric "{metricName}" of time series "{timeSeriesName}" is already defined as "{existingMetricConfig}", which disagrees with "{conflictingMetricConfig}".',
  },
  badValueUsername: {
    httpCode: 400,
    details: {},
    template:
      'The username is not acceptable: it takes 2 to 32 characters, must start and end with a letter or digit, and may contain letters, digits, dots, dashes and underscores in between.',
  },
  badValueXML: { httpCode: 400, details: { key: 'string' }, template: '"{key}" has to be well-formed XML.' },
} as const satisfies Readonly<Record<string, ErrorDefinition>>;
