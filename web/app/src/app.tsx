import { Redirect, Route, Switch, useLocation, useSearchParams } from 'wouter';
import { SignIn } from './features/accounts/sign-in.tsx';
import { SignUp } from './features/accounts/sign-up.tsx';
import { ErrorBoundary } from './features/shell/error-boundary.tsx';
import { Frame } from './features/shell/frame.tsx';
import { useParley } from './store.ts';
import { ToastRegion } from './ui/toast-region.tsx';
import { useChosenTheme } from './view/theme.ts';

/** The whole page. */
export function App() {
  useChosenTheme();
  return (
    <ErrorBoundary>
      <Page />
      <ToastRegion />
    </ErrorBoundary>
  );
}

function Page() {
  const session = useParley('session');
  if (session?.state === 'signedIn') return <SignedIn />;
  // The forms wait for nothing: whoever asks for one seldom turns out to be signed in.
  return (
    <Switch>
      <Route path="/signin">
        <SignIn isEnded={session?.state === 'signedOut' && session.reason === 'ended'} />
      </Route>
      <Route path="/signup" component={SignUp} />
      <Route>
        {session?.state === 'signedOut' && <Redirect to={signInPath(location.pathname)} replace />}
      </Route>
    </Switch>
  );
}

/** Where to sign in, and where to go on afterwards. */
function signInPath(next: string): string {
  if (next === '/') return '/signin';
  const page = next.startsWith('/with/') ? '/signup' : '/signin';
  return `${page}?next=${encodeURIComponent(next)}`;
}

function SignedIn() {
  const [path] = useLocation();
  const [search] = useSearchParams();
  if (path !== '/signin' && path !== '/signup') return <Frame />;
  const next = search.get('next');
  // Only a path of ours: anything else would be somebody's idea of where to send people.
  return <Redirect to={next && /^\/(?![/\\])/u.test(next) ? next : '/'} replace />;
}
