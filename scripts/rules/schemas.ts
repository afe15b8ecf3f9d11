/**
 * The rules R1–R62 of the reference on inventories, lambdas and workflow schemas: what each promises, in a few words.
 * Sections as the reference groups them; a rule named § stands for a table that the section pins.
 */
import type { NamedSection } from './rule-book.ts';

export const schemaRules: readonly NamedSection[] = [
  {
    title: 'Constants and types',
    promises: {
      '§1': 'default texts, limits, and the form of names',
      '§3': 'fields of each type, their defaults and checks; the order of attributes',
      R1: 'nested value constraints of old dumps are flattened at every level; the top wins',
      R2: 'files and groups need the key of attributes; persisted files get all of them',
      R3: 'results and stores may have files and groups without attributes',
      R4: 'an unknown type is refused generically',
    },
  },
  {
    title: 'Lambdas',
    promises: {
      '§4.2': 'fields of a lambda revision, their defaults and limits',
      R5: 'numbers of revisions are chosen by the user, with any gaps',
      R6: 'a checksum is neither shown nor read',
      R7: 'the checksum covers five parts, and nothing else',
      R8: 'empty texts are legal',
      R9: 'only one engine is accepted; others are named, unknown ones refused generically',
      R10: 'persisted revisions may have another engine',
      '§4.4': 'names and defaults of parameters and results',
      R11: 'all six resources are there, and positive',
    },
  },
  {
    title: 'Workflow schemas',
    promises: {
      '§5': 'defaults of schemas, stores, lanes and tasks',
      R12: 'logs and time series have no initial content in plain JSON',
      R13: 'persisted ones keep it, which validation refuses',
      '§5.7': 'value builders and their recipes',
      '§5.8': 'update options and dispatch rules',
      '§5.9': 'where the special stores may be named',
    },
  },
  {
    title: 'Store configs, series and dashboards',
    promises: {
      R14: 'tree forests hold files or datasets',
      R15: 'metrics are there, and differ',
      R16: 'series are there, and their generators do not conflict',
      '§6.4': 'units',
      '§6.5': 'a missing required key is refused generically',
      '§6.6': 'dashboards come back as they were given',
    },
  },
  {
    title: 'Persisted encoding',
    promises: {
      R17: 'versions of records',
      R18: 'records with a discriminator have two wrappers',
      R19: 'what is wrapped',
      R20: 'what stays plain',
      R21: 'data specs of version 1 are upgraded',
      R22: 'newer versions and missing wrappers are refused',
      R23: 'checks that persisted records do not go through',
    },
  },
  {
    title: 'Dumps',
    promises: {
      '§8.1': 'the envelope of a lambda',
      '§8.2': 'the envelope of a workflow schema, with exactly the lambda revisions that it uses',
      R24: 'the revision to dump, and its errors',
      R25: 'the revision in the path; one that is not there is 404',
      R26: 'versions of the format',
      R27: 'the version beside the content decides, the outer one is only checked',
      R28: 'with an unknown version the content is read first',
      R29: 'the version of a supplement',
      R30: 'a dump can be posted; unknown keys are ignored',
      R31: 'dumps from real life',
    },
  },
  {
    title: 'Inventories over REST',
    promises: {
      R32: 'who makes an inventory has all privileges; its location tells through whom',
      R33: 'it is renamed by who may',
      R34: 'it is deleted by who may, with its schemas and the lambdas that are nowhere else',
      R35: 'members come with the member set; who adds himself or his group needs the right to set others',
      R36: 'every member reads lambdas and schemas; without view he sees no more of the inventory than its name',
    },
  },
  {
    title: 'Lambdas over REST',
    promises: {
      R37: 'a wrong inventory is forbidden to users, and named to administrators',
      R38: 'a revision that is none, or cannot be read',
      R39: 'a change adds a revision; an existing one is not touched',
      R40: 'the number of the path wins, auto takes that of the body',
      R41: 'only the state of a revision changes',
      R42: 'links are made once, and not cut while they are used',
    },
  },
  {
    title: 'Workflow schemas over REST',
    promises: {
      R43: 'errors of name, summary, supplements; a refused revision leaves no schema',
      R44: 'one of the keys at least; a refused revision leaves name and summary',
    },
  },
  {
    title: 'Validation',
    promises: {
      '§10.1': 'names are unique in each list of a lambda',
      R45: 'what is given to a lambda lists attributes at any depth',
      '§10.2': 'ids are unique, stores are defined and of the right kind',
      R46: 'four passes, and a task completely before the next one',
      R47: 'results may have several mappers, or none',
      R48: 'optional does not matter beside a default',
      R49: 'default initial content by type of store',
      R50: 'what is not validated',
      R51: 'predefined values: their JSON type alone',
      R52: 'the place inside arrays is part of the key',
      R53: 'null is no default, but an ordinary value elsewhere',
    },
  },
  {
    title: 'Lambdas of an import',
    promises: {
      R54: 'a lambda that is linked is taken as it is; a revision that is missing is named',
      R55: 'a supplement that cannot be read is named with its cause',
      R56: 'a copy is found by where it came from, else by what it does',
      R57: 'who may not manage lambdas brings no new ones',
      R58: 'a refused import changes nothing',
      R59: 'importing again, elsewhere and without rights to the originals',
    },
  },
  {
    title: 'Executability',
    promises: {
      R60: 'empty workflow, lane or box, in schema order',
      R61: 'each lambda and each revision is there, readable, and of an engine that is here',
      R62: 'what was scheduled keeps its copies, whatever the state of a revision',
    },
  },
];
