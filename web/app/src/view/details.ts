import { useLocation } from 'wouter';
import { create } from 'zustand';
import { goDeeper, useGoBack } from './go-back.ts';
import { isNarrowNow, useIsNarrow } from './media.ts';

const useOpen = create<{ isOpen: boolean }>(() => ({ isOpen: false }));

/** Closes the panel if it is open beside a conversation; says whether it was. */
export function closeDetails(): boolean {
  if (isNarrowNow() || !useOpen.getState().isOpen) return false;
  useOpen.setState({ isOpen: false });
  return true;
}

/** The panel about the other person: beside the conversation where there is room, a page of its own on phones. */
export function useDetails(threadId: string): { isOpen: boolean; toggle: () => void } {
  const isNarrow = useIsNarrow();
  const { isOpen } = useOpen();
  const [path] = useLocation();
  const page = `/t/${threadId}/details`;
  const goBack = useGoBack(`/t/${threadId}`);
  if (!isNarrow) return { isOpen, toggle: () => useOpen.setState({ isOpen: !isOpen }) };
  return path === page ? { isOpen: true, toggle: goBack } : { isOpen: false, toggle: () => goDeeper(page) };
}
