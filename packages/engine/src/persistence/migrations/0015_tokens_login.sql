-- Invite tokens, passwords, sessions of browsers, accounts at other identity providers. Times are milliseconds unless
-- they are the seconds of the contract (creation_time).

-- The type of a named token is written as in its identifier. For invite tokens: how often they may be used (null =
-- any number of times), how often they were, and the privileges of who joins (JSON; null = those of a member).
alter table named_token add column usage_limit bigint;
alter table named_token add column usage_count bigint not null default 0;
alter table named_token add column privileges text;

-- The hash carries the parameters it was made with.
alter table account add column password_hash text;
alter table account add column basic_auth integer not null default 0;

-- Failed attempts to log in, by account and by address; a row is forgotten once it is old.
create table login_failure (
  place text primary key,
  failures bigint not null,
  free_at bigint not null,
  forgotten_at bigint not null
);

create index login_failure_by_age on login_failure (forgotten_at);

-- Only hashes of what the browser holds. A secret that was replaced is good for a moment, for requests under way.
create table web_session (
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

create index web_session_by_user on web_session (user_id);

create index web_session_by_expiry on web_session (expires_at);

create table linked_account (
  issuer text not null,
  subject text not null,
  user_id text not null,
  email text,
  creation_time bigint not null,
  primary key (issuer, subject)
);

create index linked_account_by_user on linked_account (user_id);

-- Logins at an identity provider that have begun; any node may take the answer.
create table oidc_login (
  state_hash text primary key,
  browser_hash text not null,
  nonce text not null,
  verifier text not null,
  return_to text not null,
  user_id text,
  expires_at bigint not null
);

create index oidc_login_by_expiry on oidc_login (expires_at);

-- The token with which a bulk operation was asked for (execution §15.1); JSON.
alter table bulk_job add column session_token text;
