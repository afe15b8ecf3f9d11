-- Who changed what: one row for each change that was made over the API, and one for each entity that it names.

create table audit_entry (
  id text primary key,
  at bigint not null,
  user_id text not null,
  token_id text not null,
  address text not null,
  operation text not null,
  target text not null,
  details text not null
);

create index audit_entry_by_time on audit_entry (at, id);

create index audit_entry_by_user on audit_entry (user_id, at, id);

create table audit_entity (
  entity_id text not null,
  at bigint not null,
  entry_id text not null,
  primary key (entity_id, at, entry_id)
);

create index audit_entity_by_time on audit_entity (at);
