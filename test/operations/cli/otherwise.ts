/** Operations that no command asks for, with the reason. */
export const otherwise: Readonly<Record<string, string>> = {
  list_workflow_executions: '"laneway list" reads the summaries, which tell more and can be filtered',
  abort_bulk_workflow_execution_operation: 'for programs: a command that is left lets the operation go on',
  get_atm_store_indices_by_trace_ids: 'for consoles that jump to an item; "laneway store --lineage" shows trace ids',
  get_all_spaces: '"laneway space list" shows the same spaces, and "space show" their root',
  create_space_user_invite_token: '"laneway token create NAME --invite SPACE" makes one that has a name and can be confined',
  create_space_group_invite_token: '"laneway token create NAME --invite SPACE --groups" makes one that has a name and can be confined',
  create_client_token: 'deprecated by the contract; "laneway token create" makes tokens',
  list_client_tokens: 'deprecated by the contract; "laneway token list" lists tokens',
  delete_client_token: 'deprecated by the contract; "laneway token delete" deletes tokens',
  download_file_content: 'for lambdas; a space is a directory, and its files are read there',
  get_attrs: 'for lambdas; a space is a directory, and its files are looked at there',
  get_file_dataset_summary: 'for lambdas; "laneway dataset" tells of datasets',
  get_xattrs: 'for lambdas; "oneprovider-rest-cli" reaches them',
  set_xattr: 'for lambdas; "oneprovider-rest-cli" reaches them',
  remove_xattrs: 'for lambdas; "oneprovider-rest-cli" reaches them',
};
