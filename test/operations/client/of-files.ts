/** How the client reaches files and datasets. */
import type { Use } from '../offered.ts';

export const ofFiles: Readonly<Record<string, Use>> = {
  get_all_spaces: async (client) => await client.spaces.reached(),
  get_provider_space: async (client) => await client.spaces.reachedOne('s'),
  download_file_content: async (client) => await client.files.content('f'),
  get_attrs: async (client) => await client.files.attributes('f', ['name']),
  list_children: async (client) => await client.files.children('f').next(),
  get_xattrs: async (client) => await client.files.xattrs('f'),
  set_xattr: async (client) => await client.files.setXattrs('f', { mark: 1 }),
  remove_xattrs: async (client) => await client.files.removeXattrs('f', ['mark']),
  lookup_file_id: async (client) => await client.files.lookup('s/a'),
  establish_dataset: async (client) => await client.datasets.create('f'),
  get_dataset: async (client) => await client.datasets.details('d'),
  update_dataset: async (client) => await client.datasets.setState('d', 'detached'),
  remove_dataset: async (client) => await client.datasets.delete('d'),
  list_child_datasets: async (client) => await client.datasets.children('d').next(),
  list_space_top_datasets: async (client) => await client.datasets.ofSpace('s').next(),
  get_file_dataset_summary: async (client) => await client.datasets.ofFile('f'),
};
