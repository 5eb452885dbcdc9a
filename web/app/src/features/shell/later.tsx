import { type ComponentProps, lazy, Suspense } from 'react';
import type { DetailsPanel as DetailsPanelType } from '../profile/details-panel.tsx';

// Not needed for the first paint, so not in the first script.
const LazySettings = lazy(() => import('../profile/settings.tsx'));
const LazyDetails = lazy(async () => ({
  default: (await import('../profile/details-panel.tsx')).DetailsPanel,
}));

export function Settings() {
  return (
    <Suspense>
      <LazySettings />
    </Suspense>
  );
}

export function DetailsPanel(props: ComponentProps<typeof DetailsPanelType>) {
  return (
    <Suspense>
      <LazyDetails {...props} />
    </Suspense>
  );
}
