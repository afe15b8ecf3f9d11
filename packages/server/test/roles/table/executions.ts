/**
 * Who may do what to an execution that the scheduling user scheduled (rest §5, §6.1, S116). Privileged members are in its
 * inventory; so is the scheduling user, who holds *schedule* and nothing else. Further roles: an outsider of the
 * inventory who holds the privilege; and the scheduling user with *manage* instead, with *view* instead, and with
 * *schedule* when he has left the inventory.
 */
import { roleTable } from './role-table.ts';

export const executions = roleTable(`
operation                         needs                                  guest member privileged owner scheduler other admin  outsider ownManage ownView ownOutside  nowhere  rule

list_workflow_executions          space_view_atm_workflow_executions     401   403    200        200   403       403   403    200      403       200     403         401/403  rest §5.1, R51, R102
schedule_workflow_execution       space_schedule_atm_workflow_executions 401   403    201        201   201       403   403    403      403       403     403         401/403  rest §5.2, R51, R102
get_workflow_execution_details    space_view_atm_workflow_executions     401   403    200        200   403       403   403    403      403       200     403         401/404  rest §5.3, R49, R79
delete_workflow_execution         space_manage_atm_workflow_executions   401   403    204        204   204       403   403    204      403       403     204         401/404  rest §5.4, R96, R97
cancel_workflow_execution         space_manage_atm_workflow_executions   401   403    204        204   204       403   403    204      403       403     204         401/404  rest §5.5, R96, R97
pause_workflow_execution          space_manage_atm_workflow_executions   401   403    204        204   204       403   403    204      403       403     204         401/404  rest §5.5, R96, R97
resume_workflow_execution         space_manage_atm_workflow_executions   401   403    204        204   204       403   403    204      403       403     204         401/404  rest §5.5, R96, R97
force_continue_workflow_execution space_manage_atm_workflow_executions   401   403    204        204   204       403   403    204      403       403     204         401/404  rest §5.5, R96, R97
rerun_workflow_execution          space_manage_atm_workflow_executions   401   403    204        204   204       403   403    204      403       403     204         401/404  rest §5.6, R96, R97
retry_workflow_execution          space_manage_atm_workflow_executions   401   403    204        204   204       403   403    204      403       403     204         401/404  rest §5.6, R96, R97
dump_atm_store                    space_view_atm_workflow_executions     401   403    200        200   403       403   403    403      403       200     403         401/404  rest §5.7, R49, R79
get_provider_space                -                                   401   200    200        200   200       403   403    200      200       200     200         401/403  rest §5.9
get_all_spaces                    -                             401   200    200        200   200       200   200    200      200       200     200         -        rest §5.9
`);
