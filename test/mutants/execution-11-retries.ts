import { reducerMutants } from './mutant.ts';

export const mutants = reducerMutants('11', [
  {
    rule: 'R113',
    file: 'ending',
    find: 'const retriesLeft = lane.retriesLeft - 1;',
    replace: 'const retriesLeft = lane.retriesLeft;',
    test: 'lane-run-end',
  },
  {
    rule: 'R113',
    file: 'preparation',
    find: "if (laneRun.runType === 'regular') {",
    replace: "if (laneRun.runType === 'rerun') {",
    test: 'lane-run-end',
  },
  {
    rule: 'R114',
    file: 'preparation',
    find: "if (laneRun.runType === 'regular') {",
    replace: 'if (laneRun.runNumber !== null) {',
    test: 'resume',
  },
]);
