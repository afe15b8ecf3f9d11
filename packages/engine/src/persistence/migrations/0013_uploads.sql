-- Initial content on its way to executions: items as they were sent, one JSON text per line, in pieces that are read in
-- order. Nobody removes an upload before `kept_until`; from `expires_at` on nobody begins to use it.

create table upload (
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

create table upload_piece (
  upload_id text not null,
  piece_number bigint not null,
  item_count integer not null,
  items text not null,
  primary key (upload_id, piece_number)
);
