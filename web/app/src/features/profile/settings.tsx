import { Redirect, Route, Switch } from 'wouter';
import { useIsNarrow } from '../../view/media.ts';
import { DevicesPage } from './devices-page.tsx';
import { LookPage } from './look-page.tsx';
import { PasswordPage } from './password-page.tsx';
import { ProfilePage } from './profile-page.tsx';

/** The settings page that the URL names. On a phone, /settings alone is the list of them. */
export default function Settings() {
  const isNarrow = useIsNarrow();
  return (
    <Switch>
      <Route path="/settings">{!isNarrow && <ProfilePage />}</Route>
      <Route path="/settings/profile" component={ProfilePage} />
      <Route path="/settings/look" component={LookPage} />
      <Route path="/settings/password" component={PasswordPage} />
      <Route path="/settings/devices" component={DevicesPage} />
      <Route>
        <Redirect to="/settings" replace />
      </Route>
    </Switch>
  );
}
