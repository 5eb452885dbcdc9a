import './styles/index.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { parley } from './parley.ts';
import { ParleyProvider } from './store.ts';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root.');

void parley.start();

createRoot(root).render(
  <StrictMode>
    <ParleyProvider value={parley}>
      <App />
    </ParleyProvider>
  </StrictMode>,
);
