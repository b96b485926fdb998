const KINDS = {
  'invalid-request': { code: -32_600, message: 'Invalid Request' },
  'method-not-found': { code: -32_601, message: 'Method not found' },
  internal: { code: -32_603, message: 'Internal error' },
} as const;

/** An error of seid's RPC. */
export class RpcError extends Error {
  readonly #kind: keyof typeof KINDS;

  constructor(kind: keyof typeof KINDS, data: string) {
    super(data);
    this.#kind = kind;
  }

  /** The JSON object that it is. */
  get body(): { code: number; message: string; data: string } {
    return { ...KINDS[this.#kind], data: this.message };
  }
}
