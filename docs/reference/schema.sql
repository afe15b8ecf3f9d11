-- Every table and index of a database, as the migrations leave it. The same on SQLite and PostgreSQL.

CREATE TABLE account (
  id text primary key,
  full_name text not null,
  username text,
  privileges text not null,
  blocked integer not null default 0,
  token_generation integer not null default 1,
  token_secret text not null,
  creation_time bigint not null
, password_hash text, basic_auth integer not null default 0);

CREATE UNIQUE INDEX account_by_username on account (username);

CREATE TABLE archived_lane_run (
  id text primary key,
  execution_id text not null,
  document text not null
);

CREATE INDEX archived_lane_run_by_execution on archived_lane_run (execution_id);

CREATE TABLE audit_entity (
  entity_id text not null,
  at bigint not null,
  entry_id text not null,
  primary key (entity_id, at, entry_id)
);

CREATE INDEX audit_entity_by_time on audit_entity (at);

CREATE TABLE audit_entry (
  id text primary key,
  at bigint not null,
  user_id text not null,
  token_id text not null,
  address text not null,
  operation text not null,
  target text not null,
  details text not null
);

CREATE INDEX audit_entry_by_operation on audit_entry (operation, at, id);

CREATE INDEX audit_entry_by_time on audit_entry (at, id);

CREATE INDEX audit_entry_by_user on audit_entry (user_id, at, id);

CREATE TABLE batch (
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

CREATE INDEX batch_by_slice on batch (slice_id, batch_number);

CREATE TABLE bulk_job (
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
, session_token text);

CREATE INDEX bulk_job_by_end on bulk_job (ended_at);

CREATE TABLE bulk_result (
  job_id text not null,
  position text not null,
  execution_id text not null,
  outcome text not null,
  error text,
  primary key (job_id, position)
);

CREATE TABLE counter (
  lane_run_id text not null,
  task_id text not null,
  node_id text not null,
  execution_id text not null,
  processed bigint not null,
  failed bigint not null,
  withdrawn bigint not null, killed bigint not null default 0, unreachable bigint not null default 0,
  primary key (lane_run_id, task_id, node_id)
);

CREATE INDEX counter_by_execution on counter (execution_id);

CREATE TABLE dataset (
  id text primary key,
  space_id text not null,
  path text not null,
  sort_key text not null,
  root_file_type text not null,
  state text not null,
  parent_id text not null,
  creation_time bigint not null
);

CREATE UNIQUE INDEX dataset_attached on dataset (space_id, path) where state = 'attached';

CREATE INDEX dataset_by_parent on dataset (space_id, state, parent_id, sort_key, id);

CREATE INDEX dataset_by_place on dataset (space_id, state, sort_key, id);

CREATE TABLE driver (
  execution_id text primary key,
  node_id text not null,
  node_token bigint not null,
  token bigint not null
, note text);

CREATE INDEX driver_by_node on driver (node_id);

CREATE TABLE event (
  execution_id text not null,
  version bigint not null,
  at bigint not null,
  actor text,
  body text not null,
  primary key (execution_id, version)
);

CREATE TABLE execution (
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
, queued_at bigint not null default 0, admitted integer not null default 0, atm_workflow_schema_id text not null default '', labels text, created_at bigint not null default 0);

CREATE INDEX execution_by_creation on execution (space_id, phase, created_at, id) where discarded = 0;

CREATE INDEX execution_by_inventory on execution (space_id, atm_inventory_id, phase, phase_index) where discarded = 0;

CREATE INDEX execution_by_phase on execution (space_id, phase, phase_index) where discarded = 0;

CREATE INDEX execution_by_schema on execution (space_id, atm_workflow_schema_id, phase, phase_index) where discarded = 0;

CREATE INDEX execution_by_status on execution (space_id, status, phase_index) where discarded = 0;

CREATE INDEX execution_by_user on execution (space_id, user_id, phase, phase_index) where discarded = 0;

CREATE INDEX execution_discarded on execution (id) where discarded = 1;

CREATE INDEX execution_ended on execution (finish_time, id) where phase = 'ended' and discarded = 0;

CREATE INDEX execution_queue on execution (space_id, admitted, queued_at, id) where phase = 'waiting' and discarded = 0;

CREATE INDEX execution_suspended on execution (suspend_time, id) where phase = 'suspended' and discarded = 0;

CREATE INDEX execution_to_drive on execution (id) where phase in ('waiting', 'ongoing');

CREATE TABLE execution_label (
  execution_id text not null,
  name text not null,
  value text not null,
  space_id text not null,
  created_at bigint not null,
  phase text not null,
  phase_index text not null,
  primary key (execution_id, name)
);

CREATE INDEX execution_label_by_creation on execution_label (space_id, name, value, phase, created_at, execution_id);

CREATE INDEX execution_label_by_phase on execution_label (space_id, name, value, phase, phase_index);

CREATE TABLE file (
  id text primary key,
  space_id text not null,
  path text not null
);

CREATE UNIQUE INDEX file_by_path on file (space_id, path);

CREATE TABLE gate (
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
, stop_mode text, closed_at bigint);

CREATE INDEX gate_active on gate (lane_run_id) where active = 1;

CREATE INDEX gate_by_execution on gate (execution_id);

CREATE TABLE inventory (
  id text primary key,
  name text not null,
  creator_id text not null,
  creation_time bigint not null
);

CREATE TABLE lambda (
  id text primary key,
  original_id text,
  creator_id text not null,
  creation_time bigint not null
);

CREATE INDEX lambda_by_original on lambda (original_id);

CREATE TABLE lambda_link (
  inventory_id text not null,
  lambda_id text not null,
  primary key (inventory_id, lambda_id)
);

CREATE INDEX lambda_link_by_lambda on lambda_link (lambda_id);

CREATE TABLE lambda_revision (
  lambda_id text not null,
  revision_number bigint not null,
  checksum text not null,
  body text not null,
  primary key (lambda_id, revision_number)
);

CREATE INDEX lambda_revision_by_checksum on lambda_revision (checksum, revision_number);

CREATE TABLE linked_account (
  issuer text not null,
  subject text not null,
  user_id text not null,
  email text,
  creation_time bigint not null,
  primary key (issuer, subject)
);

CREATE INDEX linked_account_by_user on linked_account (user_id);

CREATE TABLE login_failure (
  place text primary key,
  failures bigint not null,
  free_at bigint not null,
  forgotten_at bigint not null
);

CREATE INDEX login_failure_by_age on login_failure (forgotten_at);

CREATE TABLE membership (
  container_id text not null,
  member_id text not null,
  container_type text not null,
  member_type text not null,
  privileges text not null,
  owner integer not null,
  primary key (container_id, member_id)
);

CREATE INDEX membership_by_member on membership (member_id, container_type, container_id);

CREATE INDEX membership_nested on membership (container_id, member_id) where member_type = 'group';

CREATE TABLE migration (number integer primary key, name text not null, breaking integer not null, applied_at bigint not null);

CREATE TABLE named_token (
  id text primary key,
  user_id text not null,
  name text not null,
  type text not null,
  caveats text not null,
  metadata text not null,
  secret text not null,
  revoked integer not null,
  creation_time bigint not null
, usage_limit bigint, usage_count bigint not null default 0, privileges text);

CREATE UNIQUE INDEX named_token_by_name on named_token (user_id, name);

CREATE TABLE node (
  id text primary key,
  token bigint not null,
  until_at bigint not null
);

CREATE TABLE oidc_login (
  state_hash text primary key,
  browser_hash text not null,
  nonce text not null,
  verifier text not null,
  return_to text not null,
  user_id text,
  expires_at bigint not null
);

CREATE INDEX oidc_login_by_expiry on oidc_login (expires_at);

CREATE TABLE request_key (
  user_id text not null,
  operation text not null,
  scope text not null,
  request_key text not null,
  fingerprint text not null,
  execution_id text not null,
  expires_at bigint not null,
  primary key (user_id, operation, scope, request_key)
);

CREATE INDEX request_key_by_execution on request_key (execution_id);

CREATE INDEX request_key_by_expiry on request_key (expires_at);

CREATE TABLE series_collection (
  store_id text primary key,
  metric_count integer not null
);

CREATE TABLE series_metric (
  store_id text not null,
  series text not null,
  metric text not null,
  resolution bigint not null,
  retention bigint not null,
  aggregator text not null,
  window_count bigint not null,
  primary key (store_id, series, metric)
);

CREATE TABLE series_window (
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

CREATE TABLE setting (
  name text primary key,
  value text not null
);

CREATE TABLE slice (
  id text primary key,
  lane_run_id text not null,
  execution_id text not null,
  node_id text,
  node_token bigint,
  token bigint not null,
  from_batch bigint not null,
  open_count integer not null
, claims integer not null default 1);

CREATE INDEX slice_by_lane_run on slice (lane_run_id, node_id, from_batch);

CREATE INDEX slice_by_node on slice (node_id);

CREATE TABLE snapshot (
  execution_id text not null,
  kind text not null,
  snapshot_key text not null,
  body text not null,
  primary key (execution_id, kind, snapshot_key)
);

CREATE TABLE space (
  id text primary key,
  name text not null,
  path text not null,
  readonly integer not null,
  owner_user_id text not null,
  creation_time bigint not null
, description text not null default '', organization_name text not null default '', tags text not null default '[]', advertised integer not null default 0, contact_email text not null default '');

CREATE INDEX space_by_name on space (name, id);

CREATE UNIQUE INDEX space_by_path on space (path);

CREATE TABLE store (
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

CREATE INDEX store_by_execution on store (execution_id);

CREATE TABLE store_chunk (
  store_id text not null,
  first_index bigint not null,
  item_count integer not null,
  first_at bigint not null,
  last_at bigint not null,
  items text not null, lineage text,
  primary key (store_id, first_index)
);

CREATE TABLE store_content (
  store_id text primary key,
  content text not null
, lineage text);

CREATE TABLE store_tail (
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

CREATE TABLE task (
  id text primary key,
  execution_id text not null,
  lane_run_id text not null
);

CREATE INDEX task_by_execution on task (execution_id);

CREATE INDEX task_by_lane_run on task (lane_run_id);

CREATE TABLE timer (
  id text primary key,
  kind text not null,
  execution_id text not null,
  due_at bigint not null,
  body text not null
);

CREATE INDEX timer_by_due on timer (due_at);

CREATE INDEX timer_by_execution on timer (execution_id);

CREATE TABLE upload (
  id text primary key,
  user_id text not null,
  space_id text not null,
  state text not null,
  item_count bigint not null,
  bytes bigint not null,
  piece_count bigint not null,
  expires_at bigint,
  kept_until bigint not null
);

CREATE INDEX upload_by_user on upload (user_id);

CREATE TABLE upload_piece (
  upload_id text not null,
  piece_number bigint not null,
  item_count integer not null,
  items text not null,
  primary key (upload_id, piece_number)
);

CREATE TABLE user_group (
  id text primary key,
  name text not null,
  type text not null,
  creator_user_id text not null,
  creation_time bigint not null
, privileges text not null default '[]');

CREATE INDEX user_group_giving on user_group (id) where privileges <> '[]';

CREATE TABLE web_session (
  id text primary key,
  user_id text not null,
  session_token text,
  secret_hash text not null,
  previous_hash text,
  previous_until bigint not null,
  csrf_hash text not null,
  created_at bigint not null,
  rotated_at bigint not null,
  seen_at bigint not null,
  expires_at bigint not null
);

CREATE INDEX web_session_by_expiry on web_session (expires_at);

CREATE INDEX web_session_by_user on web_session (user_id);

CREATE TABLE workflow_schema (
  id text primary key,
  inventory_id text not null,
  name text not null,
  summary text not null,
  original_id text,
  creator_id text not null,
  creation_time bigint not null
);

CREATE INDEX workflow_schema_by_inventory on workflow_schema (inventory_id);

CREATE TABLE workflow_schema_lambda (
  schema_id text not null,
  lambda_id text not null,
  primary key (schema_id, lambda_id)
);

CREATE INDEX workflow_schema_lambda_by_lambda on workflow_schema_lambda (lambda_id);

CREATE TABLE workflow_schema_revision (
  schema_id text not null,
  revision_number bigint not null,
  body text not null,
  primary key (schema_id, revision_number)
);

CREATE TABLE xattr (
  space_id text not null,
  path text not null,
  name text not null,
  value text not null,
  primary key (space_id, path, name)
);
