/** Store ids that stand for stores outside the schema (schemas §5.9). */
export const currentTaskAuditLogId = 'CURRENT_TASK_SYSTEM_AUDIT_LOG';
export const workflowAuditLogId = 'WORKFLOW_SYSTEM_AUDIT_LOG';
export const currentTaskTimeSeriesId = 'CURRENT_TASK_TIME_SERIES';

/** Ids that no store of a schema may have. */
export const reservedStoreIds: readonly string[] = [currentTaskAuditLogId, workflowAuditLogId, currentTaskTimeSeriesId];
