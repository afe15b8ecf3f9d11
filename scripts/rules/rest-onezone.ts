/** The rules R103–R146 of the REST reference: everything under /api/v3/onezone, the clients, and errors of older servers. */
import type { NamedSection } from './rule-book.ts';

export const restOnezoneRules: readonly NamedSection[] = [
  {
    title: 'HTTP of Onezone',
    promises: {
      R103: 'existence comes before the need to log in, permission before the data',
      R104: 'queries are no parameters',
      R105: 'what was made is 201 with its location, what was changed 204, what is shown 200',
      R106: 'null is a value, and a bad one',
      R107: 'referenced ids, unique names, long texts and lists of privileges have errors of their own',
      R108: 'the form of names',
      R109: 'the form of usernames, passwords and full names',
      R110: 'joining by an invitation, and the order in which it fails',
      R111: 'a relation that does not exist is 404',
      R112: 'effective members: through whom they are in',
    },
  },
  {
    title: 'Inventories',
    promises: {
      '§8.1': 'who may see and change members',
      R113: 'an inventory takes its schemas along, and lambdas that are nowhere else',
      R114: 'who may add a user, and with which privileges',
      R115: 'who may add a group',
      R116: 'adding twice is a conflict, adding somebody unknown bad data',
      R117: 'invitations are tokens, and need the right to add',
    },
  },
  {
    title: 'Lambdas',
    promises: {
      R118: 'the inventory of the body decides who may, before the body is looked at',
      R119: 'errors in the content of a revision',
      R120: 'revisions do not change; a number in the path or in the body',
      R121: 'the state of a revision that does not exist is 404 for everybody',
      R122: 'linking twice, unlinking what is not linked or used, and the last link',
      R123: 'dumping a revision that does not exist: its key, or 404',
    },
  },
  {
    title: 'Workflow schemas',
    promises: {
      R124: 'revisions of schemas are overwritten and deleted',
      R125: 'the order in which the lambdas of an import are looked for',
      R126: 'a lambda that is nowhere, and a supplement that cannot be read',
      R127: 'the keys by which bad content is named',
    },
  },
  {
    title: 'Dumps',
    promises: {
      R128: 'persistent and plain encoding',
      R129: 'a dump with an inventory is a body to create from; the inner version decides',
      R129a: 'a schema without a revision is empty; one whose revision is refused is not made',
    },
  },
  {
    title: 'Spaces, users and groups',
    promises: {
      '§8.6': 'spaces are made, changed and deleted by who may',
      R130: 'owners: members only, once, and never none',
      '§8.7': 'accounts, passwords and privileges of the zone are changed by who may',
    },
  },
  {
    title: 'Tokens as resources',
    promises: {
      '§8.8': 'tokens are made, found, changed, asked about and deleted by who may',
      R131: 'a bad type, a caveat that cannot be used, a name that is taken',
      R132: 'temporary tokens end within the longest time that is allowed',
      R133: 'questions about a token are answered with its error as it is',
      R134: 'a text that is no token belongs to its key',
      R135: 'caveats are added without any secret',
      R136: 'the deprecated client tokens',
    },
  },
  {
    title: 'Clients',
    promises: {
      R137: '== sends texts, := JSON',
      R138: 'words of no form are ignored; parameters stand before or after the operation',
      R139: 'the content type is set by itself',
      R140: 'host and token from the environment; a token among the arguments wins',
      R141: 'short names of media types',
      R142: 'mistakes of the caller are told on standard output with status 1',
      R143: 'the body is printed as it comes, and the exit status is that of curl',
      R144: 'the twin for Onezone, with basic authentication and the operations of automation',
      R145: 'variables that feed all clients, and completion',
    },
  },
  {
    title: 'Errors of 21.02 and 25.0',
    promises: { R146: 'absent and null details are alike, and a refusal with a hint is one under both its names' },
  },
];
