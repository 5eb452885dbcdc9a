/** The server's API for one account, as any program would call it. */
export class Api {
  private constructor(
    private readonly url: string,
    readonly token: string,
    readonly userId: string,
  ) {}

  static async signUp(url: string, username: string, fullName: string): Promise<Api> {
    const response = await fetch(`${url}/api/accounts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username, fullName, password: `measured ${username} aloud`, bearer: true }),
    });
    if (!response.ok) throw new Error(`sign-up: ${response.status} ${await response.text()}`);
    const { user, token } = (await response.json()) as { user: { id: string }; token: string };
    return new Api(url, token, user.id);
  }

  /** The same account at another address. */
  at(url: string): Api {
    return new Api(url, this.token, this.userId);
  }

  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.url}/api${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }
}
