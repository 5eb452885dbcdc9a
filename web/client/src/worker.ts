import { createBrowserEngine } from './createEngine.ts';
import { serveTabs } from './tabs/serve.ts';

declare const self: SharedWorkerGlobalScope;

serveTabs(self, createBrowserEngine());
