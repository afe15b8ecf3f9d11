-- The queue of a space apart from those of it that may begin: counting either reads nothing else.

drop index execution_queue;

create index execution_queue on execution (space_id, admitted, queued_at, id) where phase = 'waiting' and discarded = 0;
