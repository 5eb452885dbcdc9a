import { Route, Switch } from 'wouter';
import { ConversationPane } from './features/conversation/conversation-pane.tsx';
import { ToastRegion } from './ui/toast-region.tsx';

/** The whole page. */
export function App() {
  return (
    <>
      <Switch>
        <Route path="/t/:threadId">{({ threadId }) => <ConversationPane threadId={threadId} />}</Route>
      </Switch>
      <ToastRegion />
    </>
  );
}
