-- breaking
-- One relation for all members: users and groups in spaces, inventories and groups. What a space tells about itself.

-- An owner (flag 0/1) is a user who is a direct member of a space. A group is never below itself.
create table membership (
  container_id text not null,
  member_id text not null,
  container_type text not null,
  member_type text not null,
  privileges text not null,
  owner integer not null,
  primary key (container_id, member_id)
);

create index membership_by_member on membership (member_id, container_type, container_id);

insert into membership (container_id, member_id, container_type, member_type, privileges, owner)
select space_id, user_id, 'space', 'user', privileges, owner from space_member;

insert into membership (container_id, member_id, container_type, member_type, privileges, owner)
select inventory_id, user_id, 'atm_inventory', 'user', privileges, 0 from inventory_member;

insert into membership (container_id, member_id, container_type, member_type, privileges, owner)
select space_id, group_id, 'space', 'group', '["space_read_data","space_view","space_view_transfers","space_write_data"]', 0 from space_group;

-- Until now a group belonged to who made it.
insert into membership (container_id, member_id, container_type, member_type, privileges, owner)
select id, creator_user_id, 'group', 'user', '["group_add_atm_inventory","group_add_child","group_add_cluster","group_add_harvester","group_add_parent","group_add_space","group_add_user","group_create_handle","group_create_handle_service","group_delete","group_leave_cluster","group_leave_handle","group_leave_handle_service","group_leave_parent","group_leave_space","group_remove_atm_inventory","group_remove_child","group_remove_harvester","group_remove_user","group_set_privileges","group_update","group_view","group_view_privileges"]', 0
from user_group
where creator_user_id in (select id from account);

drop table space_member;

drop table inventory_member;

drop table space_group;

-- Zone-wide privileges of the members, as those of accounts.
alter table user_group add column privileges text not null default '[]';

alter table space add column description text not null default '';

alter table space add column organization_name text not null default '';

alter table space add column tags text not null default '[]';

alter table space add column advertised integer not null default 0;

alter table space add column contact_email text not null default '';
