-- What garbage collection looks for: executions by the time from which their retention counts.

create index execution_ended on execution (finish_time, id) where phase = 'ended' and discarded = 0;

create index execution_suspended on execution (suspend_time, id) where phase = 'suspended' and discarded = 0;
