import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { exchange } from './exchange.ts';
import { plainText, type Answer } from './sidecar-api.ts';

/**
 * How long kube-rbac-proxy caches the user of a token and an allowed access, in milliseconds. It caches a denied access
 * for 30 s; here that is not cached, so that a new RoleBinding works at once.
 */
const TOKEN_CACHE_MS = 120_000;
const ALLOWED_CACHE_MS = 300_000;
const API_TIMEOUT_MS = 10_000;

const FREE_PATHS: ReadonlySet<string> = new Set(['/v0/healthz', '/v0/startupz', '/v0/livez', '/v0/metrics']);

/** The proxy's verbs; any other method becomes the empty verb, which no role grants. */
const VERBS: Readonly<Record<string, string>> = {
  POST: 'create',
  GET: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** How to call the API server. */
export interface AuthorizationOptions {
  apiServerUrl: string;
  caFile: string;
  /** Bearer token of an account that may create TokenReviews and SubjectAccessReviews. */
  token: string;
  /** The proxy's `--auth-token-audiences`: a token needs one of them. Unset: the audience of the API server. */
  audiences?: readonly string[] | undefined;
}

interface User {
  username: string;
  uid?: string;
  groups?: string[];
  extra?: Record<string, string[]>;
}

interface TokenReviewStatus {
  authenticated?: boolean;
  user: User;
  audiences?: string[];
}

/** Authorizes requests like the kube-rbac-proxy in front of a real sidecar: TokenReview, then SubjectAccessReview. */
export class Authorizer {
  readonly #options: AuthorizationOptions;
  readonly #agent: Agent;
  /** Keyed by question; the value is the answer and when it expires. */
  readonly #allowed = new Map<string, { expires: number; value: unknown }>();
  /** Questions that are being asked: requests that come until then wait for the same answer, as in kube-rbac-proxy. */
  readonly #asking = new Map<string, Promise<unknown>>();

  constructor(options: AuthorizationOptions) {
    this.#options = options;
    this.#agent = new Agent({ keepAlive: true, ca: readFileSync(options.caFile) });
  }

  /** The proxy's own answer when the request must not reach the sidecar of this node. */
  async refusal(
    node: { namespace: string; name: string },
    { method, path, authorization }: { method: string; path: string; authorization: string | undefined },
  ): Promise<Answer | undefined> {
    if (FREE_PATHS.has(path)) return undefined;
    const token = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
    const user = token === undefined ? undefined : await this.#authenticate(token).catch(() => undefined);
    if (user === undefined) return plainText(401, 'Unauthorized');
    const verb = VERBS[method] ?? '';
    const asked = `(user=${user.username}, verb=${verb}, resource=seinodetasks, subresource=)`;
    try {
      return (await this.#mayAccess(user, node, verb)) ? undefined : plainText(403, `Forbidden ${asked}`);
    } catch {
      return plainText(500, `Authorization error ${asked}`);
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #authenticate(token: string): Promise<User | undefined> {
    return this.#cached(token, TOKEN_CACHE_MS, async () => {
      const { audiences } = this.#options;
      const review = await this.#review('authentication.k8s.io', 'TokenReview', { token, audiences });
      const { authenticated, user, audiences: found = [] } = review as TokenReviewStatus;
      // An API server that does not know audiences answers without them, and then accepts any token.
      const isMeant = audiences === undefined || found.some((audience) => audiences.includes(audience));
      return authenticated && isMeant ? user : undefined;
    });
  }

  async #mayAccess(user: User, node: { namespace: string; name: string }, verb: string): Promise<boolean> {
    const { namespace, name } = node;
    const allowed = await this.#cached(
      `${verb} ${namespace}/${name} ${JSON.stringify(user)}`,
      ALLOWED_CACHE_MS,
      async () => {
        const review = await this.#review('authorization.k8s.io', 'SubjectAccessReview', {
          user: user.username,
          uid: user.uid,
          groups: user.groups,
          extra: user.extra,
          resourceAttributes: { group: 'sei.io', resource: 'seinodetasks', namespace, name, verb },
        });
        return (review as { allowed: boolean }).allowed || undefined;
      },
    );
    return allowed === true;
  }

  async #cached<T>(key: string, forMs: number, ask: () => Promise<T | undefined>): Promise<T | undefined> {
    const known = this.#allowed.get(key);
    if (known !== undefined && known.expires > performance.now()) return known.value as T;
    const asking = this.#asking.get(key) ?? ask().finally(() => this.#asking.delete(key));
    this.#asking.set(key, asking);
    const value = (await asking) as T | undefined;
    if (value === undefined) this.#allowed.delete(key);
    else this.#allowed.set(key, { value, expires: performance.now() + forMs });
    return value;
  }

  /** Creates a review and returns its `status`. */
  async #review(group: string, kind: string, spec: unknown): Promise<unknown> {
    const { apiServerUrl, token } = this.#options;
    const call = request(new URL(`/apis/${group}/v1/${kind.toLowerCase()}s`, apiServerUrl), {
      method: 'POST',
      agent: this.#agent,
      timeout: API_TIMEOUT_MS,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    });
    const answer = await exchange(call, JSON.stringify({ apiVersion: `${group}/v1`, kind, spec }));
    if (answer.status !== 201) throw new Error(`${kind}: the API server answered ${answer.status} ${answer.text}`);
    return JSON.parse(answer.text).status;
  }
}
