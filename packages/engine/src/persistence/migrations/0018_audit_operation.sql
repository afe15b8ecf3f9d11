-- The audit asked by operation alone reads its newest entries, not all of them.

create index audit_entry_by_operation on audit_entry (operation, at, id);
