/** Users, groups and spaces (rest §5.9, §8.6, §8.7, §8.9). */
import { groupTypes } from '@laneway/engine';
import {
  anyObject,
  described,
  extension,
  filledText,
  flag,
  integer,
  listOf,
  mapOf,
  oneWordOf,
  orNull,
  record,
  ref,
  text,
  type Schemas,
} from '../json-schema.ts';

const aName = { anyOf: [{ required: ['fullName'] }, { required: ['username'] }] };
const userNames = { 'fullName?': text, 'username?': text };

export const peopleSchemas: Schemas = {
  CurrentUser: record(
    {
      userId: ref('Id'),
      fullName: text,
      'username?': orNull('string'),
      'emails?': listOf(text),
      'linkedAccounts?': listOf(anyObject),
      'basicAuthEnabled?': flag,
      'blocked?': flag,
      'creationTime?': ref('Timestamp'),
    },
    { additionalProperties: true },
  ),
  UserCreation: record({ ...userNames, 'password?': described(text, 'Logs in with the username; at least 8 characters.') }, aName),
  UserUpdate: record(userNames, aName),
  UserCreated: record({ userId: ref('Id') }),
  GroupCreation: record({ name: ref('Name'), 'type?': { ...oneWordOf(groupTypes), default: 'team' } }),
  GroupUpdate: record({ 'name?': ref('Name'), 'type?': oneWordOf(groupTypes) }, { minProperties: 1 }),
  Space: record(
    {
      spaceId: ref('Id'),
      name: ref('Name'),
      'description?': text,
      'organizationName?': text,
      'tags?': listOf(text),
      'advertisedInMarketplace?': flag,
      'marketplaceContactEmail?': text,
      'providers?': mapOf(integer),
      'supportParametersRegistry?': anyObject,
      'creator?': ref('Subject'),
      'creationTime?': ref('Timestamp'),
      'readonly?': extension(flag),
      'path?': extension(described(text, 'To administrators: its directory.')),
    },
    { additionalProperties: true },
  ),
  SpaceCreation: record(
    {
      name: ref('Name'),
      'idGeneratorSeed?': described(text, 'The same seed gives the same id.'),
      'path?': extension(described(filledText, 'Administrators: an existing directory of the server.')),
      'readonly?': extension(flag),
    },
    { additionalProperties: true },
  ),
  SpaceUpdate: { type: 'object', properties: { name: ref('Name') }, additionalProperties: true, minProperties: 1 },
  ProviderSpace: record(
    { name: text, spaceId: ref('Id'), fileId: text, dirId: text, providers: listOf(record({ providerId: text, providerName: text })) },
    { additionalProperties: true },
  ),
};
