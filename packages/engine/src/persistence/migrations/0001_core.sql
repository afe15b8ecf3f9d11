-- Control plane and data plane of executions. Times end in _at (milliseconds, database clock) or are the
-- seconds of the contract; flags are 0/1; documents are JSON text.

create table execution (
  id text primary key,
  space_id text not null,
  atm_inventory_id text not null,
  user_id text not null,
  name text not null,
  revision_number integer not null,
  status text not null,
  phase text not null,
  phase_index text not null,
  schedule_time bigint not null,
  start_time bigint not null,
  suspend_time bigint not null,
  finish_time bigint not null,
  version bigint not null,
  discarded integer not null default 0,
  document text not null
);

create index execution_by_phase on execution (space_id, phase, phase_index) where discarded = 0;

create index execution_by_inventory on execution (space_id, atm_inventory_id, phase, phase_index) where discarded = 0;

create index execution_to_drive on execution (id) where phase in ('waiting', 'ongoing');

create index execution_discarded on execution (id) where discarded = 1;

create table snapshot (
  execution_id text not null,
  kind text not null,
  snapshot_key text not null,
  body text not null,
  primary key (execution_id, kind, snapshot_key)
);

create table event (
  execution_id text not null,
  version bigint not null,
  at bigint not null,
  actor text,
  body text not null,
  primary key (execution_id, version)
);

create table archived_lane_run (
  id text primary key,
  execution_id text not null,
  document text not null
);

create index archived_lane_run_by_execution on archived_lane_run (execution_id);

create table task (
  id text primary key,
  execution_id text not null,
  lane_run_id text not null
);

create index task_by_lane_run on task (lane_run_id);

create index task_by_execution on task (execution_id);

create table node (
  id text primary key,
  token bigint not null,
  until_at bigint not null
);

create table driver (
  execution_id text primary key,
  node_id text not null,
  node_token bigint not null,
  token bigint not null
);

create index driver_by_node on driver (node_id);

create table gate (
  lane_run_id text primary key,
  execution_id text not null,
  active integer not null,
  incarnation integer not null,
  stop_epoch bigint not null,
  batch_size integer not null,
  frontier bigint not null,
  known bigint not null,
  complete integer not null,
  input text not null,
  walk text
);

create index gate_active on gate (lane_run_id) where active = 1;

create index gate_by_execution on gate (execution_id);

create table slice (
  id text primary key,
  lane_run_id text not null,
  execution_id text not null,
  node_id text,
  node_token bigint,
  token bigint not null,
  from_batch bigint not null,
  open_count integer not null
);

create index slice_by_lane_run on slice (lane_run_id, node_id, from_batch);

create index slice_by_node on slice (node_id);

create table batch (
  lane_run_id text not null,
  batch_number bigint not null,
  slice_id text not null,
  box_index integer not null,
  started integer not null,
  first_item bigint not null,
  item_count integer not null,
  remaining text,
  done_tasks text not null,
  failed_items text not null,
  primary key (lane_run_id, batch_number)
);

create index batch_by_slice on batch (slice_id, batch_number);

create table counter (
  lane_run_id text not null,
  task_id text not null,
  node_id text not null,
  execution_id text not null,
  processed bigint not null,
  failed bigint not null,
  withdrawn bigint not null,
  primary key (lane_run_id, task_id, node_id)
);

create index counter_by_execution on counter (execution_id);

create table timer (
  id text primary key,
  kind text not null,
  execution_id text not null,
  due_at bigint not null,
  body text not null
);

create index timer_by_due on timer (due_at);

create index timer_by_execution on timer (execution_id);
