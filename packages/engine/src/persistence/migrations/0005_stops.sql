-- How a closed gate stops its jobs ('drain' lets them end, 'abort' ends them; null while it is open), and how jobs
-- ended that were stopped. A batch is started 0 = never handed over, 1 = in hand, 2 = was in hand and was given back.

alter table gate add column stop_mode text;

alter table counter add column killed bigint not null default 0;

alter table counter add column unreachable bigint not null default 0;
