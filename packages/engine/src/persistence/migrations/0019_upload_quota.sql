-- What one user has in uploads is looked at whenever an upload grows.

create index upload_by_user on upload (user_id);
