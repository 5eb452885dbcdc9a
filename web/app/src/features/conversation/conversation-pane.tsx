import { useParley } from '../../store.ts';

/** One thread: its header, its messages and its composer. */
export function ConversationPane({ threadId }: { threadId: string }) {
  const thread = useParley(`thread:${threadId}`);
  return <section aria-label={thread?.name}>{thread?.name}</section>;
}
