/** Who may do what to lambdas and workflow schemas (rest §8.2, §8.3). */
import { roleTable } from './role-table.ts';

export const automation = roleTable(`
operation                           needs                                 guest member privileged owner scheduler other admin  nowhere  missing      rule

create_atm_lambda                   atm_inventory_manage_lambdas          401   403    201        201   403       403   201    401/403  -/-/400:badValueIdNotFound rest §8.2, R118
list_atm_lambdas                    -                                     401   403    403        403   403       403   200    -        -            rest §8.2
get_atm_lambda                      -                                     401   200    200        200   200       403   200    404/404  -            rest §8.2, R103
modify_atm_lambda                   atm_inventory_manage_lambdas          401   403    204        204   403       403   204    404/404  -            rest §8.2, S112
remove_atm_lambda                   -                                     400:notSupported 400:notSupported 400:notSupported 400:notSupported 400:notSupported 400:notSupported 400:notSupported 400:notSupported/400:notSupported - rest §8.2, §7 stage 7
list_atm_lambda_inventories         -                                     401   200    200        200   200       403   200    404/404  -            rest §8.2
list_atm_lambda_workflow_schemas    -                                     401   200    200        200   200       403   200    404/404  -            rest §8.2
link_atm_lambda                     atm_inventory_manage_lambdas          401   403    204        204   403       403   204    404/404  401/403/400:badValueIdNotFound  rest §8.2
unlink_atm_lambda                   atm_inventory_manage_lambdas          401   403    204        204   403       403   204    404/404  404/404/404  rest §8.2, R122
dump_atm_lambda                     -                                     401   200    200        200   200       403   200    404/404  -            rest §8.2
insert_atm_lambda_revision          atm_inventory_manage_lambdas          401   403    204        204   403       403   204    404/404  -            rest §8.2, S112
modify_atm_lambda_revision          atm_inventory_manage_lambdas          401   403    204        204   403       403   204    404/404  404/404/404  rest §8.2, R121
dump_atm_lambda_revision            -                                     401   200    200        200   200       403   200    404/404  -            rest §8.2

create_atm_workflow_schema          atm_inventory_manage_workflow_schemas 401   403    201        201   403       403   201    401/403  -/-/400:badValueIdNotFound rest §8.3, R118
list_atm_workflow_schemas           -                                     401   403    403        403   403       403   200    -        -            rest §8.3
get_atm_workflow_schema             -                                     401   200    200        200   200       403   200    404/404  -            rest §8.3, R103
modify_atm_workflow_schema          atm_inventory_manage_workflow_schemas 401   403    204        204   403       403   204    404/404  -            rest §8.3, S112a
remove_atm_workflow_schema          atm_inventory_manage_workflow_schemas 401   403    204        204   403       403   204    404/404  -            rest §8.3
list_atm_workflow_schema_lambdas    -                                     401   200    200        200   200       403   200    404/404  -            rest §8.3
dump_atm_workflow_schema            -                                     401   200    200        200   200       403   200    404/404  -            rest §8.3
insert_atm_workflow_schema_revision atm_inventory_manage_workflow_schemas 401   403    204        204   403       403   204    404/404  -            rest §8.3
remove_atm_workflow_schema_revision atm_inventory_manage_workflow_schemas 401   403    204        204   403       403   204    404/404  404/404/404  rest §8.3: missing, 404 first
dump_atm_workflow_schema_revision   -                                     401   200    200        200   200       403   200    404/404  -            rest §8.3
`);
