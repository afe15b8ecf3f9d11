import { reducerMutants } from './mutant.ts';

export const mutants = reducerMutants('13', [
  {
    rule: '§13.2',
    file: 'ending',
    find: "  if (exceptionStoreId !== null) draft.effect({ kind: 'freezeStores', storeIds: [exceptionStoreId] });\n",
    replace: '',
    test: 'lane-run-end',
  },
]);
