import { Component, type ReactNode } from 'react';
import { Button } from '../../ui/button.tsx';
import { Mark } from '../../ui/mark.tsx';
import styles from './error-boundary.module.css';

interface State {
  error: Error | null;
}

/** Says in plain words that the page broke, and that nothing is lost: what was written is on the device. */
export class ErrorBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: Error): State {
    return { error };
  }

  override render() {
    if (!this.state.error) return this.props.children;
    return (
      <main className={styles.page}>
        <Mark size={56} />
        <h1 className={styles.title}>Something on this page broke.</h1>
        <p className={styles.text}>
          That is our fault, not yours. Your messages and drafts are safe on this device; loading the page
          again usually helps.
        </p>
        <Button look="accent" onClick={() => location.reload()}>
          Load again
        </Button>
        <details className={styles.details}>
          <summary>What happened</summary>
          <code>{this.state.error.message}</code>
        </details>
      </main>
    );
  }
}
