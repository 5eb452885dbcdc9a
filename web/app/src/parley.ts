import { createParley } from '@parley/client';
import workerUrl from '@parley/client/worker?sharedworker&url';

interface ScriptUrlPolicy {
  createScriptURL(url: string): string;
}

interface TrustedTypes {
  createPolicy(name: string, rules: ScriptUrlPolicy): ScriptUrlPolicy;
}

const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };

/** The page's content policy wants worker scripts vouched for; the only one that there is, is ours. */
const policy = trustedTypes?.createPolicy('parley', { createScriptURL: () => workerUrl });

/** The one SDK of this tab. */
export const parley = createParley({
  createWorker: () =>
    new SharedWorker(policy?.createScriptURL(workerUrl) ?? workerUrl, { type: 'module', name: 'parley' }),
});
