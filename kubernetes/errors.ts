import { printable } from '../lib/printable.ts';

/** Longest message of the API server that is quoted, in UTF-16 code units: it names every field that it refuses. */
const WORDS_LIMIT = 4096;

/**
 * What went wrong on the way to the API server. Every class carries a stable `code`, says whether the same call may
 * succeed later (`retryable`), and its message ends with what to do next.
 */
export abstract class KubernetesError extends Error {
  abstract readonly code: string;
  abstract readonly retryable: boolean;
  /** HTTP status of the API server's answer; absent if there was none. */
  readonly httpStatus?: number;
}

/** Thrown when the kubeconfig cannot be read, does not parse, or does not lead to a usable server. */
export class KubeConfigError extends KubernetesError {
  override readonly name = 'KubeConfigError';
  readonly code = 'KUBECONFIG_INVALID';
  readonly retryable = false;
}

/** Thrown when the credentials that the kubeconfig describes cannot be had (token file missing, exec plugin failed). */
export class KubernetesCredentialsError extends KubernetesError {
  override readonly name = 'KubernetesCredentialsError';
  readonly code = 'KUBERNETES_CREDENTIALS';
  readonly retryable = true;
}

/** Thrown when a name would lead to another path; nothing is sent. */
export class KubernetesNameError extends KubernetesError {
  override readonly name = 'KubernetesNameError';
  readonly code = 'KUBERNETES_NAME_INVALID';
  readonly retryable = false;
}

/** Thrown when no answer came: refused, reset, unknown host, TLS refused. */
export class KubernetesConnectionError extends KubernetesError {
  override readonly name = 'KubernetesConnectionError';
  readonly code = 'KUBERNETES_UNREACHABLE';
  readonly retryable = true;
}

/** Thrown when the answer did not come within the time given to the call. */
export class KubernetesTimeoutError extends KubernetesError {
  override readonly name = 'KubernetesTimeoutError';
  readonly code = 'KUBERNETES_TIMEOUT';
  readonly retryable = true;
}

/** Thrown when an answer is not what the API promises: no JSON, cut short, or larger than the limit. */
export class KubernetesResponseError extends KubernetesError {
  override readonly name = 'KubernetesResponseError';
  readonly code = 'KUBERNETES_BAD_RESPONSE';
  readonly retryable = true;
}

/** The parts of a `metav1.Status` that are used here. */
export interface ApiStatus {
  readonly reason?: string;
  readonly message?: string;
  /** Those that the causes name, such as `status.task.status`. */
  readonly fields?: readonly string[];
}

interface StatusMeaning {
  readonly code: string;
  readonly retryable: boolean;
  readonly advice: string;
}

/** Rights can be granted while a call is being retried, so 401 and 403 are retryable. */
const meanings = new Map<number, StatusMeaning>([
  [
    400,
    {
      code: 'KUBERNETES_BAD_REQUEST',
      retryable: false,
      advice: 'The request is wrong and will not succeed unchanged.',
    },
  ],
  [
    401,
    {
      code: 'KUBERNETES_UNAUTHORIZED',
      retryable: true,
      advice: 'Check the token or client certificate in the kubeconfig.',
    },
  ],
  [
    403,
    {
      code: 'KUBERNETES_FORBIDDEN',
      retryable: true,
      advice: 'Grant this verb on this resource to the account, in a Role or ClusterRole.',
    },
  ],
  [
    404,
    {
      code: 'KUBERNETES_NOT_FOUND',
      retryable: false,
      advice: 'Check the name and namespace, and that the CRD is installed.',
    },
  ],
  [409, { code: 'KUBERNETES_CONFLICT', retryable: true, advice: 'Read the object again and repeat the change.' }],
  [410, { code: 'KUBERNETES_EXPIRED', retryable: true, advice: 'List again from the start.' }],
  [
    422,
    {
      code: 'KUBERNETES_INVALID',
      retryable: false,
      advice: 'Correct the field that the server names; if it does not know the field, update the CRD.',
    },
  ],
  [429, { code: 'KUBERNETES_TOO_MANY_REQUESTS', retryable: true, advice: 'Wait and repeat the call.' }],
]);

const alreadyExists: StatusMeaning = {
  code: 'KUBERNETES_ALREADY_EXISTS',
  retryable: false,
  advice: 'Use the object that is there, or choose another name.',
};
const serverError: StatusMeaning = {
  code: 'KUBERNETES_SERVER_ERROR',
  retryable: true,
  advice: 'The API server or a webhook behind it is in trouble: repeat the call, then look at its log.',
};
const otherError: StatusMeaning = {
  code: 'KUBERNETES_UNEXPECTED_STATUS',
  retryable: false,
  advice: 'Check that the server in the kubeconfig is a Kubernetes API server.',
};

function meaningOf(httpStatus: number, reason: string | undefined): StatusMeaning {
  if (httpStatus === 409 && reason === 'AlreadyExists') return alreadyExists;
  return meanings.get(httpStatus) ?? (httpStatus >= 500 ? serverError : otherError);
}

export interface ApiErrorDetails {
  /** The call that failed, e.g. `PATCH /apis/sei.io/v1alpha1/namespaces/a/seinodetasks/b/status`. */
  readonly call: string;
  readonly httpStatus: number;
  readonly status: ApiStatus;
  /** From the `Retry-After` header, in seconds. */
  readonly retryAfterSeconds?: number;
}

/**
 * Thrown when the API server refuses a call. `code` follows from the HTTP status; `reason` is the server's own
 * (`metav1.StatusReason`), and its message is quoted, as it names verb, resource and field better than we could.
 */
export class KubernetesApiError extends KubernetesError {
  override readonly name = 'KubernetesApiError';
  readonly code: string;
  readonly retryable: boolean;
  override readonly httpStatus: number;
  readonly reason: string | undefined;
  /**
   * What the server refuses of the object that was sent, such as `status.task.status`; empty where it names nothing.
   */
  readonly fields: readonly string[];
  readonly retryAfterSeconds: number | undefined;

  constructor({ call, httpStatus, status, retryAfterSeconds }: ApiErrorDetails) {
    const meaning = meaningOf(httpStatus, status.reason);
    const words = printable(status.message ?? status.reason ?? 'no message', WORDS_LIMIT).replace(/\.$/, '');
    super(`${call} was answered ${httpStatus}: ${words}. ${meaning.advice}`);
    this.code = meaning.code;
    this.retryable = meaning.retryable;
    this.httpStatus = httpStatus;
    this.reason = status.reason;
    this.fields = status.fields ?? [];
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** True if the API server answered with this HTTP status. */
export function hasHttpStatus(error: unknown, httpStatus: number): error is KubernetesApiError {
  return error instanceof KubernetesApiError && error.httpStatus === httpStatus;
}

/**
 * True if the API server says that the object does not exist. A 404 without that reason means that it does not serve
 * the kind, as for a moment after its start or before a CRD is established: that says nothing about the object.
 */
export function isObjectMissing(error: unknown): error is KubernetesApiError {
  return hasHttpStatus(error, 404) && error.reason === 'NotFound';
}
