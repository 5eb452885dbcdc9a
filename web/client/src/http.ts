import type { Clock } from './clock.ts';
import { ParleyError } from './parley.ts';
import type { Problem } from './protocol.ts';

/** A request that failed: refused by the server (`status` ≥ 400), or never answered (`status` 0). */
export class RequestError extends ParleyError {
  /** How long the server asks to wait (Retry-After). */
  readonly retryAfterMs: number | undefined;

  constructor(problem: Problem, retryAfterMs?: number) {
    super(problem);
    this.retryAfterMs = retryAfterMs;
  }

  /** Whether the same request may succeed later, as it stands. */
  get isTemporary(): boolean {
    const { status } = this.problem;
    return status === 0 || status === 408 || status === 429 || status >= 500;
  }
}

export function unavailable(detail: string): Problem {
  return { title: 'The server cannot be reached', status: 0, code: 'unavailable', detail };
}

export interface HttpOptions {
  baseUrl: string;
  fetch: typeof fetch;
  clock: Clock;
}

/** The HTTP API under /api: JSON in, JSON or a RequestError out. */
export class Http {
  /** Programs carry their token themselves; a browser's session is in an HttpOnly cookie and never seen here. */
  token: string | undefined;
  private renewal = new AbortController();
  private readonly options: HttpOptions;

  constructor(options: HttpOptions) {
    this.options = options;
  }

  get<T>(path: string, signal?: AbortSignal, timeoutMs?: number): Promise<T> {
    return this.repeatable<T>('GET', path, undefined, timeoutMs, signal);
  }

  /** A request that does no harm when it is made twice: it is made again when the way to the server is new (`renew`). */
  async repeatable<T>(
    method: string,
    path: string,
    body?: unknown,
    timeoutMs?: number,
    signal?: AbortSignal,
  ): Promise<T> {
    for (;;) {
      const { renewed } = this;
      try {
        return await this.request<T>(method, path, body, timeoutMs, signal, renewed);
      } catch (error) {
        const isUnanswered = error instanceof RequestError && error.problem.status === 0;
        if (!isUnanswered || !renewed.aborted || signal?.aborted) throw error;
      }
    }
  }

  /** Aborts when the way to the server is new. */
  get renewed(): AbortSignal {
    return this.renewal.signal;
  }

  /** The way to the server is new: what was asked on the old one, which may have swallowed it, is asked again. */
  renew(): void {
    this.renewal.abort();
    this.renewal = new AbortController();
  }

  async request<T>(
    method: string,
    path: string,
    body?: unknown,
    timeoutMs = 20_000,
    ...signals: (AbortSignal | undefined)[]
  ): Promise<T> {
    const { baseUrl, clock } = this.options;
    const abort = new AbortController();
    const onAbort = () => abort.abort();
    for (const signal of signals) signal?.addEventListener('abort', onAbort);
    const timer = clock.setTimeout(onAbort, timeoutMs);
    try {
      const response = await this.options.fetch(`${baseUrl}/api${path}`, {
        ...encode(body, this.token),
        method,
        signal: abort.signal,
        credentials: 'same-origin',
        cache: 'no-store',
      });
      if (!response.ok) throw await refusal(response);
      return (response.status === 204 ? undefined : await response.json()) as T;
    } catch (error) {
      if (error instanceof RequestError) throw error;
      throw new RequestError(unavailable(String(error)));
    } finally {
      clock.clearTimeout(timer);
      for (const signal of signals) signal?.removeEventListener('abort', onAbort);
    }
  }
}

function encode(
  body: unknown,
  token: string | undefined,
): { headers: Record<string, string>; body?: BodyInit } {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
  if (body === undefined) return { headers };
  if (body instanceof Blob) {
    headers['content-type'] = body.type || 'application/octet-stream';
    return { headers, body };
  }
  headers['content-type'] = 'application/json';
  return { headers, body: JSON.stringify(body) };
}

async function refusal(response: Response): Promise<RequestError> {
  const retryAfter = Number(response.headers.get('retry-after'));
  const problem = await response.json().catch(() => null);
  return new RequestError(
    typeof problem?.code === 'string'
      ? { ...problem, status: response.status }
      : { title: response.statusText, status: response.status, code: codeOf(response.status) },
    retryAfter > 0 ? retryAfter * 1000 : undefined,
  );
}

/** What an answer without a problem document (a proxy's, say) comes to. */
function codeOf(status: number): Problem['code'] {
  if (status === 401) return 'unauthenticated';
  if (status === 404) return 'not_found';
  if (status === 413) return 'too_large';
  if (status === 429) return 'rate_limited';
  return status >= 500 ? 'unavailable' : 'invalid_request';
}
