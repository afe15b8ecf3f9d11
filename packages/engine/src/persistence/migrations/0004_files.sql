-- Spaces, the registry of file ids, and the extended attributes that a file system could not hold.

create table space (
  id text primary key,
  name text not null,
  path text not null,
  readonly integer not null,
  owner_user_id text not null,
  creation_time bigint not null
);

create unique index space_by_path on space (path);

create index space_by_name on space (name, id);

create table file (
  id text primary key,
  space_id text not null,
  path text not null
);

create unique index file_by_path on file (space_id, path);

create table xattr (
  space_id text not null,
  path text not null,
  name text not null,
  value text not null,
  primary key (space_id, path, name)
);
