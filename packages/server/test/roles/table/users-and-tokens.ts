/** Who may do what to users and tokens (rest §8.7, §8.8); the owner is he whose token it is. */
import { roleTable } from './role-table.ts';

export const usersAndTokens = roleTable(`
operation                                      needs guest member privileged owner scheduler other admin  nowhere  missing  rule

get_current_user                               -     401   200    200        200   200       200   200    -        -        rest §8.7
modify_current_user                            -     401   204    204        204   204       204   204    -        -        rest §8.7
remove_current_user                            -     401   204    204        204   204       204   204    -        -        rest §8.7
toggle_user_access_block                       -     401   403    403        403   403       403   204    404/404  -        rest §8.7
toggle_user_access_block@self                  -     401   403    403        403   403       403   -      -        -        rest §8.7: never the user himself without it
create_user                                    -     401   403    403        403   403       403   201    -        -        rest §8.7
list_users                                     -     401   403    403        403   403       403   200    -        -        rest §8.7
get_user                                       -     401   403    403        403   403       403   200    404/404  -        rest §8.7
delete_user                                    -     401   403    403        403   403       403   204    404/404  -        rest §8.7
get_user_privileges                            -     401   403    403        403   403       403   200    404/404  -        rest §8.7
get_user_privileges@self                       -     401   200    200        200   200       200   200    -        -        rest §8.7: own, always
get_user_effective_privileges                  -     401   403    403        403   403       403   200    404/404  -        rest §8.7
update_user_privileges                         -     401   403    403        403   403       403   204    404/404  -        rest §8.7
remove_user_privileges                         -     401   403    403        403   403       403   204    404/404  -        rest §8.7
get_group_privileges                           -     401   200    200        200   200       403   200    404/404  -        rest §8.7: own, always
update_group_privileges                        -     401   403    403        403   403       403   204    404/404  -        rest §8.7
list_privileges                                -     200   200    200        200   200       200   200    -        -        rest §8.7: public

create_named_token_for_current_user            -     401   201    201        201   201       201   201    -        -        rest §8.8
list_named_tokens_of_current_user              -     401   200    200        200   200       200   200    -        -        rest §8.8
delete_named_tokens_of_current_user            -     401   204    204        204   204       204   204    -        -        rest §8.8
get_named_token_of_current_user_by_name        -     401   404    404        200   404       404   404    401/404  -        rest §8.8
get_named_token                                -     401   403    403        200   403       403   200    404/404  -        rest §8.8
modify_named_token                             -     401   403    403        204   403       403   204    404/404  -        rest §8.8
delete_named_token                             -     401   403    403        204   403       403   204    404/404  -        rest §8.8
get_named_token_status                         -     401   200    200        200   200       200   200    404/404  -        rest §8.8: any logged-in user
list_all_named_tokens                          -     401   403    403        403   403       403   200    -        -        rest §8.8
create_temporary_token_for_current_user        -     401   201    201        201   201       201   201    -        -        rest §8.8
get_temporary_token_generation_of_current_user -     401   200    200        200   200       200   200    -        -        rest §8.8
revoke_all_temporary_tokens_of_current_user    -     401   204    204        204   204       204   204    -        -        rest §8.8
examine_token                                  -     200   200    200        200   200       200   200    -        -        rest §8.8: public
confine_token                                  -     200   200    200        200   200       200   200    -        -        rest §8.8: public
verify_access_token                            -     200   200    200        200   200       200   200    -        -        rest §8.8: public
verify_identity_token                          -     200   200    200        200   200       200   200    -        -        rest §8.8: public
verify_invite_token                            -     200   200    200        200   200       200   200    -        -        rest §8.8: public
infer_access_token_scope                       -     200   200    200        200   200       200   200    -        -        rest §8.8: public
`);
