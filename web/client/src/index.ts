export type { Clock } from './clock.ts';
export type { CreateSocket, SocketLike } from './connection/socket.ts';
export { createParley, type ParleyOptions } from './createParley.ts';
export * from './parley.ts';
export * from './protocol.ts';
export { browserDevice } from './storage/device.ts';
export { MemoryDevice } from './storage/memory.ts';
export type { Device } from './storage/storage.ts';
