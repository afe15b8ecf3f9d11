/** Everything whose tests are listed and checked. */
import { citedOf, promisesCitedIn } from './citations.ts';
import { dataAndStoresRules } from './data-and-stores.ts';
import { executionRules } from './execution.ts';
import { peerPromises } from './peers.ts';
import { restOneproviderRules } from './rest-oneprovider.ts';
import { restOnezoneRules } from './rest-onezone.ts';
import { named, numbered, type RuleBook } from './rule-book.ts';
import { schemaRules } from './schemas.ts';

const tablesOfValues = ['A rule named after a section (§) is a table of values that the section pins.', ''];

export const books: readonly RuleBook[] = [
  {
    kind: 'rules',
    file: 'rules-execution.md',
    heading: 'Rules of executions and their tests',
    introduction: [],
    sections: numbered('R', executionRules),
    citedIn: (title) => citedOf('execution', title),
  },
  {
    kind: 'rules',
    file: 'rules-data-and-stores.md',
    heading: 'Rules of data and stores and their tests',
    introduction: tablesOfValues,
    sections: named(dataAndStoresRules),
    citedIn: (title) => citedOf('data-and-stores', title),
  },
  {
    kind: 'rules',
    file: 'rules-rest.md',
    heading: 'Rules of the REST API and their tests',
    introduction: tablesOfValues,
    sections: named([...restOneproviderRules, ...restOnezoneRules]),
    citedIn: (title) => citedOf('rest', title),
  },
  {
    kind: 'rules',
    file: 'rules-schemas.md',
    heading: 'Rules of inventories, lambdas and workflow schemas and their tests',
    introduction: tablesOfValues,
    sections: named(schemaRules),
    citedIn: (title) => citedOf('schemas', title),
  },
  {
    kind: 'promises',
    file: 'rules-peers.md',
    heading: 'Promises to users of other systems and their tests',
    introduction: ['Each promise is a fault that users of another workflow system reported, turned round.', ''],
    sections: numbered('P', peerPromises),
    citedIn: promisesCitedIn,
  },
];
