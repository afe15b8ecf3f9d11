-- Stores of executions. A store's row hardly ever changes; what commits write is in its tail (one row, locked
-- by every append), in its chunks, in its content (singleValue, range) or in its windows (timeSeries).
-- Initial content is last in its row, so that nothing but the store's own description ever reads it.

create table store (
  id text primary key,
  execution_id text not null,
  lane_run_id text,
  task_id text,
  schema_id text not null,
  name text not null,
  type text not null,
  frozen integer not null,
  log_level integer,
  config text not null,
  initial_content text
);

create index store_by_execution on store (execution_id);

-- Items have the numbers oldest_index … next_index - 1. A log that expired starts again: base_index is then the
-- number that people see as 0. The last chunk begins at chunk_index and is filled up while it is small.
create table store_tail (
  store_id text primary key,
  next_index bigint not null,
  oldest_index bigint not null,
  base_index bigint not null,
  chunk_index bigint not null,
  chunk_count integer not null,
  chunk_bytes bigint not null,
  oldest_at bigint not null,
  last_at bigint not null
);

-- One JSON text per line; a JSON text without optional white space has no line break.
create table store_chunk (
  store_id text not null,
  first_index bigint not null,
  item_count integer not null,
  first_at bigint not null,
  last_at bigint not null,
  items text not null,
  primary key (store_id, first_index)
);

create table store_content (
  store_id text primary key,
  content text not null
);

create table series_collection (
  store_id text primary key,
  metric_count integer not null
);

create table series_metric (
  store_id text not null,
  series text not null,
  metric text not null,
  resolution bigint not null,
  retention bigint not null,
  aggregator text not null,
  window_count bigint not null,
  primary key (store_id, series, metric)
);

create table series_window (
  store_id text not null,
  series text not null,
  metric text not null,
  start_at bigint not null,
  aggregator text not null,
  measurement_count bigint not null,
  first_at bigint not null,
  last_at bigint not null,
  value double precision not null,
  primary key (store_id, series, metric, start_at)
);
