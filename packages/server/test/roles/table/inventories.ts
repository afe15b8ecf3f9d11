/** Who may do what to inventories (rest §8.1). */
import { roleTable } from './role-table.ts';

export const inventories = roleTable(`
operation                                                    needs                         guest member privileged owner scheduler other admin  nowhere  missing      rule

create_user_atm_inventory                                    -                             401   201    201        201   201       201   201    -        -            rest §8.1
list_user_atm_inventories                                    -                             401   200    200        200   200       200   200    -        -            rest §8.1
list_user_effective_atm_inventories                          -                             401   200    200        200   200       200   200    -        -            rest §8.1
join_atm_inventory                                           -                             401   201    201        201   201       201   201    -        -            rest §8.1
get_user_atm_inventory                                       -                             401   200    200        200   200       404   404    401/404  -            rest §8.1: else 404
get_user_effective_atm_inventory                             -                             401   200    200        200   200       404   404    401/404  -            rest §8.1: else 404
leave_atm_inventory                                          -                             401   204    204        204   204       404   404    401/404  -            rest §8.1

create_group_atm_inventory                                   group_add_atm_inventory       401   403    201        201   403       403   201    404/404  -            rest §8.1
list_group_atm_inventories                                   group_view                    401   403    200        200   403       403   200    404/404  -            rest §8.1
list_group_effective_atm_inventories                         group_view                    401   403    200        200   403       403   200    404/404  -            rest §8.1
group_join_atm_inventory                                     group_add_atm_inventory       401   403    201        201   403       403   201    404/404  -            rest §8.1
get_group_atm_inventory                                      group_view                    401   403    200        200   403       403   200    404/404  404/404/404  rest §8.1, R111
get_group_effective_atm_inventory                            group_view                    401   403    200        200   403       403   200    404/404  404/404/404  rest §8.1, R111
group_leave_atm_inventory                                    group_remove_atm_inventory    401   403    204        204   403       403   204    404/404  404/404/404  rest §8.1, R111

create_atm_inventory                                         -                             401   403    403        403   403       403   201    -        -            rest §8.1
list_atm_inventories                                         -                             401   403    403        403   403       403   200    -        -            rest §8.1
list_atm_inventory_privileges                                -                             200   200    200        200   200       200   200    -        -            rest §8.1: public
get_atm_inventory                                            -                             401   200    200        200   200       403   200    404/404  -            rest §8.1, R103
modify_atm_inventory                                         atm_inventory_update          401   403    204        204   403       403   204    404/404  -            rest §8.1, S106
remove_atm_inventory                                         atm_inventory_delete          401   403    204        204   403       403   204    404/404  -            rest §8.1, S107
list_atm_inventory_lambdas                                   -                             401   200    200        200   200       403   200    404/404  -            rest §8.1, schemas R36
list_atm_inventory_workflow_schemas                          -                             401   200    200        200   200       403   200    404/404  -            rest §8.1, schemas R36

list_atm_inventory_users                                     atm_inventory_view            401   403    200        200   403       403   200    404/404  -            rest §8.1, S105
get_atm_inventory_user                                       atm_inventory_view            401   403    200        200   403       403   200    404/404  404/404/404  rest §8.1, R111
get_atm_inventory_user@creator                               atm_inventory_view            401   200    200        200   200       403   200    -        -            rest §8.1: any member may see the creator
add_atm_inventory_user                                       atm_inventory_add_user        401   403    403        403   403       403   201    404/404  401/403/400:badValueIdNotFound  rest R114, R116
remove_atm_inventory_user                                    atm_inventory_remove_user     401   403    204        204   403       403   204    404/404  404/404/404  rest §8.1, S111
list_user_atm_inventory_privileges                           atm_inventory_view_privileges 401   403    200        200   403       403   200    404/404  404/404/404  rest §8.1, S108
list_user_atm_inventory_privileges@self                      -                             401   200    200        200   200       404   404    -        -            rest §8.1: the user himself, R111
update_user_atm_inventory_privileges                         atm_inventory_set_privileges  401   403    204        204   403       403   204    404/404  404/404/404  rest §8.1, S109
list_effective_atm_inventory_users                           atm_inventory_view            401   403    200        200   403       403   200    404/404  -            rest §8.1
get_effective_atm_inventory_user                             atm_inventory_view            401   403    200        200   403       403   200    404/404  404/404/404  rest §8.1, R111
get_effective_atm_inventory_user@creator                     atm_inventory_view            401   200    200        200   200       403   200    -        -            rest §8.1: any member may see the creator
list_effective_user_atm_inventory_privileges                 atm_inventory_view_privileges 401   403    200        200   403       403   200    404/404  404/404/404  rest §8.1
list_effective_user_atm_inventory_privileges@self            -                             401   200    200        200   200       404   404    -        -            rest §8.1: the user himself, R111
get_effective_user_atm_inventory_membership_intermediaries   atm_inventory_view            401   403    200        200   403       403   200    404/404  404/404/404  rest §8.1, R112
get_effective_user_atm_inventory_membership_intermediaries@self -                          401   200    200        200   200       404   404    -        -            rest §8.1: the user himself, R112

list_atm_inventory_groups                                    atm_inventory_view            401   403    200        200   403       403   200    404/404  -            rest §8.1
get_atm_inventory_group                                      atm_inventory_view            401   403    200        200   403       403   200    404/404  404/404/404  rest §8.1, R111
add_group_to_atm_inventory                                   atm_inventory_add_group,group_add_atm_inventory 401 403 201   201 403 403   201    404/404  401/403/400:badValueIdNotFound  rest R115, R116
add_group_to_atm_inventory                                   atm_inventory_add_group       401   403    403        201   403       403   201    -        -            rest R115: both are needed
add_group_to_atm_inventory                                   group_add_atm_inventory       401   403    403        201   403       403   201    -        -            rest R115: both are needed
create_atm_inventory_group                                   atm_inventory_add_group       401   403    201        201   403       403   201    404/404  -            rest §8.1
remove_atm_inventory_group                                   atm_inventory_remove_group    401   403    204        204   403       403   204    404/404  404/404/404  rest §8.1, S111b
list_group_atm_inventory_privileges                          atm_inventory_view_privileges 401   403    200        200   403       403   200    404/404  404/404/404  rest §8.1
update_group_atm_inventory_privileges                        atm_inventory_set_privileges  401   403    204        204   403       403   204    404/404  404/404/404  rest §8.1
list_effective_atm_inventory_groups                          atm_inventory_view            401   403    200        200   403       403   200    404/404  -            rest §8.1
get_effective_atm_inventory_group                            atm_inventory_view            401   403    200        200   403       403   200    404/404  404/404/404  rest §8.1, R111
list_effective_group_atm_inventory_privileges                atm_inventory_view_privileges 401   403    200        200   403       403   200    404/404  404/404/404  rest §8.1
get_effective_group_atm_inventory_membership_intermediaries  atm_inventory_view            401   403    200        200   403       403   200    404/404  404/404/404  rest §8.1, R112
`);
