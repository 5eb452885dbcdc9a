import { ParleyError } from '@parley/client';
import { showToast } from '../../ui/toasts.ts';

/** Performs an act and says how it went; gives whether it worked. */
export async function report(act: Promise<void>, done?: string): Promise<boolean> {
  try {
    await act;
    if (done) showToast(done);
    return true;
  } catch (error) {
    showToast(error instanceof ParleyError ? error.message : 'That did not work. Try again.');
    return false;
  }
}
