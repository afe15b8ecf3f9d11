-- Datasets: marked files and directories of spaces. Groups of users, as far as values name them.

-- sort_key is the path in hexadecimal, its slashes as 00: it sorts a directory before its content in every collation,
-- and all that lies below a path is one range of it. parent_id is the nearest dataset above of the same state, '' for none.
create table dataset (
  id text primary key,
  space_id text not null,
  path text not null,
  sort_key text not null,
  root_file_type text not null,
  state text not null,
  parent_id text not null,
  creation_time bigint not null
);

create unique index dataset_attached on dataset (space_id, path) where state = 'attached';

create index dataset_by_parent on dataset (space_id, state, parent_id, sort_key, id);

create index dataset_by_place on dataset (space_id, state, sort_key, id);

create table user_group (
  id text primary key,
  name text not null,
  type text not null,
  creator_user_id text not null,
  creation_time bigint not null
);

create table space_group (
  space_id text not null,
  group_id text not null,
  primary key (space_id, group_id)
);

create index space_group_by_group on space_group (group_id, space_id);
