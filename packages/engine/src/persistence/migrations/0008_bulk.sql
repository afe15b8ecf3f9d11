-- Bulk operations: a job goes through its members by position and never counts them first. A result is written in the
-- transaction of its effect, so that no member is handled twice with effect.

create table bulk_job (
  id text primary key,
  space_id text not null,
  user_id text not null,
  operation text not null,
  members text not null,
  reason text,
  dry_run integer not null,
  bound_at bigint not null,
  state text not null,
  position text not null,
  matched bigint not null,
  done bigint not null,
  refused bigint not null,
  failed bigint not null,
  note text,
  created_at bigint not null,
  ended_at bigint
);

create index bulk_job_by_end on bulk_job (ended_at);

create table bulk_result (
  job_id text not null,
  position text not null,
  execution_id text not null,
  outcome text not null,
  error text,
  primary key (job_id, position)
);
