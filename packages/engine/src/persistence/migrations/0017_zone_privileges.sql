-- Privileges that come through groups are looked for from the few groups that give any, not from the many that somebody may
-- be in: each authentication asks.

create index user_group_giving on user_group (id) where privileges <> '[]';

create index membership_nested on membership (container_id, member_id) where member_type = 'group';
