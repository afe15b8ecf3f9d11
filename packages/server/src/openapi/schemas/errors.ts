/** What a refusal looks like (rest §3.1); its ids are those of the catalogue. */
import { errorCatalogue } from '@laneway/model';
import { anyObject, described, oneWordOf, orNull, record, ref, refOrNull, text, type Schemas } from '../json-schema.ts';

export const errorSchemas: Schemas = {
  KnownErrorId: oneWordOf(Object.keys(errorCatalogue)),
  ErrorContext: record({
    'timestamp?': described(orNull('integer'), 'Milliseconds since 1970.'),
    'service?': described(orNull('string'), '`opw` below /api/v3/oneprovider, `ozw` below /api/v3/onezone.'),
    'serviceId?': orNull('string'),
    'serviceDomain?': orNull('string'),
    'serviceReleaseVersion?': described(orNull('string'), 'The release of the API that is spoken.'),
    'serviceBuildVersion?': described(orNull('string'), 'The version of Laneway.'),
    'onedataErrorsRevision?': orNull('string'),
    'module?': orNull('string'),
    'line?': orNull('integer'),
  }),
  Error: record(
    {
      id: described({ anyOf: [ref('KnownErrorId'), text] }, 'What went wrong, for programs. Ids that a reader does not know may be added.'),
      description: described(text, 'What went wrong, for people; its wording may change.'),
      'details?': described(anyObject, 'The arguments of the error; errors may be nested in them.'),
      'ctx?': refOrNull('ErrorContext'),
    },
    { additionalProperties: true },
  ),
  ErrorResponse: record({ error: ref('Error') }),
};
