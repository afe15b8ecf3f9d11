import { expect, test } from 'vitest';
import { dumpFileName } from './dump-name.ts';

const store = { id: 'abcdefghijklmnop', executionId: '0123456789abcdef', schemaId: 'schema', name: 'results' };
const at = Date.UTC(2024, 0, 2, 3, 4, 5, 999);

test('a dump is named after execution, store and time in UTC (data-and-stores R66, rest R92)', () => {
  expect(dumpFileName(store, at)).toBe('0123456789ab.audit_log.results.2024-01-02_03-04-05.json');
});

test('every byte of the name that is no ASCII letter or digit becomes a dash (data-and-stores R66, rest R93)', () => {
  const partOf = (name: string): string | undefined => dumpFileName({ ...store, name }, at).split('.')[2];
  expect(partOf('My log/2.txt')).toBe('My-log-2-txt');
  expect(partOf('ż€😀')).toBe('-'.repeat(2 + 3 + 4));
  expect(partOf('\r\n"')).toBe('---');
});

test('system logs have names of their own: of the store for a task, of the log for the workflow (data-and-stores R66, rest R93)', () => {
  const named = (schemaId: string): string => dumpFileName({ ...store, schemaId }, at);
  expect(named('CURRENT_TASK_SYSTEM_AUDIT_LOG')).toBe('0123456789ab.audit_log.abcdefghijkl.2024-01-02_03-04-05.json');
  expect(named('WORKFLOW_SYSTEM_AUDIT_LOG')).toBe('0123456789ab.audit_log.WORKFLOW-SYSTEM-AUDIT-LOG.2024-01-02_03-04-05.json');
});
