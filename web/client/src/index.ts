export * from './parley.ts';
export * from './protocol.ts';
