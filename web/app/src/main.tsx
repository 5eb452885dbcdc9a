import './styles/index.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { parley } from './parley.ts';
import { ParleyProvider } from './store.ts';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root.');

const [, section, threadId] = location.pathname.split('/');
// The conversation that the address names is drawn together with the list.
void parley.start(section === 't' && threadId ? threadId : undefined);

createRoot(root).render(
  <StrictMode>
    <ParleyProvider value={parley}>
      <App />
    </ParleyProvider>
  </StrictMode>,
);
