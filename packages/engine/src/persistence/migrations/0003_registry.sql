-- People, tokens, members of spaces, inventories, lambdas and workflow schemas. Times are the seconds of the contract;
-- lists of privileges, caveats and revisions are JSON text; flags are 0/1.

create table setting (
  name text primary key,
  value text not null
);

create table account (
  id text primary key,
  full_name text not null,
  username text,
  privileges text not null,
  blocked integer not null default 0,
  token_generation integer not null default 1,
  token_secret text not null,
  creation_time bigint not null
);

create unique index account_by_username on account (username);

create table named_token (
  id text primary key,
  user_id text not null,
  name text not null,
  type text not null,
  caveats text not null,
  metadata text not null,
  secret text not null,
  revoked integer not null,
  creation_time bigint not null
);

create unique index named_token_by_name on named_token (user_id, name);

create table space_member (
  space_id text not null,
  user_id text not null,
  privileges text not null,
  owner integer not null,
  primary key (space_id, user_id)
);

create index space_member_by_user on space_member (user_id);

create table inventory (
  id text primary key,
  name text not null,
  creator_id text not null,
  creation_time bigint not null
);

create table inventory_member (
  inventory_id text not null,
  user_id text not null,
  privileges text not null,
  primary key (inventory_id, user_id)
);

create index inventory_member_by_user on inventory_member (user_id);

create table lambda (
  id text primary key,
  original_id text,
  creator_id text not null,
  creation_time bigint not null
);

create index lambda_by_original on lambda (original_id);

create table lambda_revision (
  lambda_id text not null,
  revision_number bigint not null,
  checksum text not null,
  body text not null,
  primary key (lambda_id, revision_number)
);

create index lambda_revision_by_checksum on lambda_revision (checksum, revision_number);

create table lambda_link (
  inventory_id text not null,
  lambda_id text not null,
  primary key (inventory_id, lambda_id)
);

create index lambda_link_by_lambda on lambda_link (lambda_id);

create table workflow_schema (
  id text primary key,
  inventory_id text not null,
  name text not null,
  summary text not null,
  original_id text,
  creator_id text not null,
  creation_time bigint not null
);

create index workflow_schema_by_inventory on workflow_schema (inventory_id);

create table workflow_schema_revision (
  schema_id text not null,
  revision_number bigint not null,
  body text not null,
  primary key (schema_id, revision_number)
);

create table workflow_schema_lambda (
  schema_id text not null,
  lambda_id text not null,
  primary key (schema_id, lambda_id)
);

create index workflow_schema_lambda_by_lambda on workflow_schema_lambda (lambda_id);
