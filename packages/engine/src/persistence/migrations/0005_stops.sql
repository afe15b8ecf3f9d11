-- How a closed gate stops its jobs ('drain' lets them end, 'abort' ends them; null while it is open) and since when; how
-- jobs ended that were stopped. A batch is started 0 = never handed over, 1 = in hand, 2 = was in hand and was given back.

alter table gate add column stop_mode text;

alter table gate add column closed_at bigint;

alter table counter add column killed bigint not null default 0;

alter table counter add column unreachable bigint not null default 0;

-- Where the executions of a space are limited: since when (milliseconds) it waits for its turn, and whether it may begin.
alter table execution add column queued_at bigint not null default 0;

alter table execution add column admitted integer not null default 0;

create index execution_queue on execution (space_id, queued_at, id) where phase = 'waiting' and discarded = 0;

-- Why the driver does not get on (JSON), for people; null while it does.
alter table driver add column note text;
