/** Adding a folder to the library, and scanning it. */
import * as library from '../api/library';
import { sidebar } from './sidebar.svelte';

/** Adds the folder and starts its scan; throws what the server refused it with. */
export async function addFolder(path: string): Promise<void> {
  const root = await library.addRoot(path.trim());
  await library.startScan([root.id]);
  sidebar.known = true;
  sidebar.roots = [...sidebar.roots.filter((other) => other.id !== root.id), root];
  void sidebar.refresh();
}
