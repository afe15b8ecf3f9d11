import { databaseKinds } from '../../../test/support/databases.ts';
import { dataPlaneTestSuite } from './data-plane.testsuite.ts';

for (const kind of databaseKinds) dataPlaneTestSuite(kind);
