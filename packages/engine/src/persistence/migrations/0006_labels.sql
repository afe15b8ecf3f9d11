-- Labels of executions, and what summaries are filtered and paged by. Rows of labels repeat the place of their execution
-- in its phase list, so that a list of one label is read in order. created_at never changes, unlike every other time.

alter table execution add column atm_workflow_schema_id text not null default '';

alter table execution add column labels text;

alter table execution add column created_at bigint not null default 0;

update execution set created_at = schedule_time * 1000;

create index execution_by_status on execution (space_id, status, phase_index) where discarded = 0;

create index execution_by_user on execution (space_id, user_id, phase, phase_index) where discarded = 0;

create index execution_by_schema on execution (space_id, atm_workflow_schema_id, phase, phase_index) where discarded = 0;

create index execution_by_creation on execution (space_id, phase, created_at, id) where discarded = 0;

create table execution_label (
  execution_id text not null,
  name text not null,
  value text not null,
  space_id text not null,
  created_at bigint not null,
  phase text not null,
  phase_index text not null,
  primary key (execution_id, name)
);

create index execution_label_by_phase on execution_label (space_id, name, value, phase, phase_index);

create index execution_label_by_creation on execution_label (space_id, name, value, phase, created_at, execution_id);
