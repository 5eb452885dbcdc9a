import { Button } from './button.tsx';
import styles from './toast-region.module.css';
import { dismissToast, useToasts } from './toasts.ts';

/** Where toasts appear and announcements are heard. In the page once, from the start: a live region must be there first. */
export function ToastRegion() {
  const { toast, said } = useToasts();
  return (
    <>
      <div className="visually-hidden" role="status" aria-live="polite">
        {said}
      </div>
      <div className={styles.region} role="status" aria-label="Notices">
        {toast && (
          <div key={toast.id} className={styles.toast}>
            <span>{toast.text}</span>
            {toast.action && (
              <Button
                look="quiet"
                onClick={() => {
                  toast.action?.onSelect();
                  dismissToast();
                }}
              >
                {toast.action.label}
              </Button>
            )}
          </div>
        )}
      </div>
    </>
  );
}
