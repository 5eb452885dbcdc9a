import { create } from 'zustand';

export type Folder = 'inbox' | 'archived';

/** Which of the two lists is shown. */
export const useFolder = create<{ folder: Folder }>(() => ({ folder: 'inbox' }));

export function showFolder(folder: Folder): void {
  useFolder.setState({ folder });
}
