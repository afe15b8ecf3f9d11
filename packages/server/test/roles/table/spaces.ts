/** Who may do what to spaces (rest §8.6; members as in §8.1); owners hold every privilege, whatever their list says (rest R98). */
import { roleTable } from './role-table.ts';

export const spaces = roleTable(`
operation                                          needs                 guest member privileged owner scheduler other admin  nowhere  missing      rule

create_user_space                                  -                     401   201    201        201   201       201   201    -        -            rest §8.6
list_user_spaces                                   -                     401   200    200        200   200       200   200    -        -            rest §8.6
list_effective_user_spaces                         -                     401   200    200        200   200       200   200    -        -            rest §8.6
get_user_space                                     -                     401   200    200        200   200       404   404    401/404  -            rest §8.6, R111
get_user_effective_space                           -                     401   200    200        200   200       404   404    401/404  -            rest §8.6, R111
join_space                                         -                     401   201    201        201   201       201   201    -        -            rest §8.6
leave_space                                        -                     401   204    204        204   204       404   404    401/404  -            rest §8.6, R111

create_group_space                                 group_add_space       401   403    201        201   403       403   201    404/404  -            rest §8.6
list_group_spaces                                  group_view            401   403    200        200   403       403   200    404/404  -            rest §8.6
list_group_effective_spaces                        group_view            401   403    200        200   403       403   200    404/404  -            rest §8.6
group_join_space                                   group_add_space       401   403    201        201   403       403   201    404/404  -            rest §8.6
get_group_space                                    group_view            401   403    200        200   403       403   200    404/404  404/404/404  rest §8.6, R111
get_group_effective_space                          group_view            401   403    200        200   403       403   200    404/404  404/404/404  rest §8.6, R111
group_leave_space                                  group_leave_space     401   403    204        204   403       403   204    404/404  404/404/404  rest §8.6, R111

create_space                                       -                     401   403    403        403   403       403   201    -        -            rest §8.6
list_spaces                                        -                     401   403    403        403   403       403   200    -        -            rest §8.6
list_space_privileges                              -                     200   200    200        200   200       200   200    -        -            rest §8.6: public
get_space                                          -                     401   200    200        200   200       403   200    404/404  -            rest §8.6, R103
modify_space                                       space_update          401   403    204        204   403       403   204    404/404  -            rest §8.6, R98
remove_space                                       space_delete          401   403    204        204   403       403   204    404/404  -            rest §8.6, R98

list_space_users                                   space_view            401   403    200        200   403       403   200    404/404  -            rest §8.6
get_space_user                                     space_view            401   403    200        200   403       403   200    404/404  404/404/404  rest §8.6, R111
add_space_user                                     space_add_user        401   403    403        403   403       403   201    404/404  401/403/400:badValueIdNotFound  rest R114, R116
remove_space_user                                  space_remove_user     401   403    204        204   403       403   204    404/404  404/404/404  rest §8.6, R111
list_user_space_privileges                         space_view_privileges 401   403    200        200   403       403   200    404/404  404/404/404  rest §8.6
list_user_space_privileges@self                    -                     401   200    200        200   200       404   404    -        -            rest §8.6: the user himself, R111
update_user_space_privileges                       space_set_privileges  401   403    204        204   403       403   204    404/404  404/404/404  rest §8.6
list_effective_space_users                         space_view            401   403    200        200   403       403   200    404/404  -            rest §8.6
get_effective_space_user                           space_view            401   403    200        200   403       403   200    404/404  404/404/404  rest §8.6, R111
list_effective_user_space_privileges               space_view_privileges 401   403    200        200   403       403   200    404/404  404/404/404  rest §8.6
get_effective_user_space_membership_intermediaries space_view            401   403    200        200   403       403   200    404/404  404/404/404  rest §8.6, R112
create_space_user_invite_token                     space_add_user        401   403    200        200   403       403   200    404/404  -            rest §8.6

list_space_groups                                  space_view            401   403    200        200   403       403   200    404/404  -            rest §8.6
get_space_group                                    space_view            401   403    200        200   403       403   200    404/404  404/404/404  rest §8.6, R111
add_group_to_space                                 space_add_group,group_add_space 401 403 201      201   403       403   201    404/404  401/403/400:badValueIdNotFound  rest R115, R116
add_group_to_space                                 space_add_group       401   403    403        201   403       403   201    -        -            rest R115: both are needed
add_group_to_space                                 group_add_space       401   403    403        201   403       403   201    -        -            rest R115: both are needed
create_space_group                                 space_add_group       401   403    201        201   403       403   201    404/404  -            rest §8.6
remove_space_group                                 space_remove_group    401   403    204        204   403       403   204    404/404  404/404/404  rest §8.6, R111
list_group_space_privileges                        space_view_privileges 401   403    200        200   403       403   200    404/404  404/404/404  rest §8.6
update_group_space_privileges                      space_set_privileges  401   403    204        204   403       403   204    404/404  404/404/404  rest §8.6
list_effective_space_groups                        space_view            401   403    200        200   403       403   200    404/404  -            rest §8.6
get_effective_space_group                          space_view            401   403    200        200   403       403   200    404/404  404/404/404  rest §8.6, R111
list_effective_group_space_privileges              space_view_privileges 401   403    200        200   403       403   200    404/404  404/404/404  rest §8.6
get_effective_group_space_membership_intermediaries space_view           401   403    200        200   403       403   200    404/404  404/404/404  rest §8.6, R112
create_space_group_invite_token                    space_add_group       401   403    200        200   403       403   200    404/404  -            rest §8.6

list_space_owners                                  space_view            401   403    200        200   403       403   200    404/404  -            rest §8.6
add_space_owner                                    space_set_privileges  401   403    403        204   403       403   204    404/404  401/403/400:relationDoesNotExist rest §8.6: only owners, R130
remove_space_owner                                 space_set_privileges  401   403    403        204   403       403   204    404/404  404/404/404  rest §8.6: only owners, R111
`);
