import { ParleyError } from '@parley/client';
import { useRef, useState } from 'react';

type Errors = Record<string, string | undefined>;

/** One form's way to the server: what is under way, and what is wrong with which field. */
export function useAccountForm() {
  const [errors, setErrors] = useState<Errors>({});
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const busy = useRef(false);

  /** Performs it unless a mistake is known already. A mistake is shown at its field, and the first one gets the focus. */
  const submit = async (act: () => Promise<void>, mistakes: Errors = {}): Promise<boolean> => {
    if (busy.current) return false;
    setProblem(null);
    if (Object.values(mistakes).some(Boolean)) {
      setErrors(mistakes);
      focusFirstMistake();
      return false;
    }
    setErrors({});
    busy.current = true;
    setBusy(true);
    try {
      await act();
      return true;
    } catch (error) {
      const { errors, detail, title } =
        error instanceof ParleyError
          ? error.problem
          : { errors: undefined, detail: undefined, title: 'That did not work. Try again.' };
      const fields = Object.entries(errors ?? {}).map(([field, [sentence]]) => [field, sentence]);
      setErrors(Object.fromEntries(fields));
      if (fields.length === 0) setProblem(detail ?? title);
      else focusFirstMistake();
      return false;
    } finally {
      busy.current = false;
      setBusy(false);
    }
  };

  /** A field that is being mended is no longer wrong. */
  const clear = (field: string) => setErrors(({ [field]: _, ...others }) => others);

  return { errors, problem, isBusy, submit, clear };
}

function focusFirstMistake(): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
}
