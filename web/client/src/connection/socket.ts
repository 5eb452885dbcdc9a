/** As much of a WebSocket as the connection uses; browsers', Node's and the `ws` package's all fit. */
export interface SocketLike {
  readonly readyState: number;
  send(data: string): void;
  close(code?: number, reason?: string): void;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
}

/** Opens a socket; `headers` only where a program signs in by token (a browser cannot set them, and has its cookie). */
export type CreateSocket = (url: string, protocol: string, headers: Record<string, string>) => SocketLike;

export const createWebSocket: CreateSocket = (url, protocol, headers) => {
  if (Object.keys(headers).length === 0) return new WebSocket(url, protocol) as SocketLike;
  // Node's own WebSocket takes headers in an options object that the DOM's types do not know.
  const options = { protocols: protocol, headers } as unknown as string;
  return new WebSocket(url, options) as SocketLike;
};
