-- Requests that were answered, by the key that their sender gave them. scope is the execution of a rerun or retry and empty
-- for a schedule; execution_id is what the request had its effect on, empty when that is gone.

create table request_key (
  user_id text not null,
  operation text not null,
  scope text not null,
  request_key text not null,
  fingerprint text not null,
  execution_id text not null,
  expires_at bigint not null,
  primary key (user_id, operation, scope, request_key)
);

create index request_key_by_execution on request_key (execution_id);

create index request_key_by_expiry on request_key (expires_at);
