import { printable } from '../lib/printable.ts';

/**
 * Maximum length of a quoted message of the API server, in UTF-16 code units. It names every invalid field, so it may
 * be long.
 */
const WORDS_LIMIT = 4096;

/**
 * What went wrong in a call to the API server. Every class has a stable `code`, says whether the same call may succeed
 * later (`retryable`), and has a message that ends with what to do next.
 */
export abstract class KubernetesError extends Error {
  abstract readonly code: string;
  abstract readonly retryable: boolean;
  /** HTTP status of the API server's answer. Unset: there was no answer. */
  readonly httpStatus?: number;
}

/** Thrown when the kubeconfig cannot be read, does not parse, or names no usable server. */
export class KubeConfigError extends KubernetesError {
  override readonly name = 'KubeConfigError';
  readonly code = 'KUBECONFIG_INVALID';
  readonly retryable = false;
}

/** Thrown when the credentials of the kubeconfig cannot be read (token file missing, exec plugin failed). */
export class KubernetesCredentialsError extends KubernetesError {
  override readonly name = 'KubernetesCredentialsError';
  readonly code = 'KUBERNETES_CREDENTIALS';
  readonly retryable = true;
}

/** Thrown when a name would change the path of the URL. Nothing is sent. */
export class KubernetesNameError extends KubernetesError {
  override readonly name = 'KubernetesNameError';
  readonly code = 'KUBERNETES_NAME_INVALID';
  readonly retryable = false;
}

/** Thrown when there was no answer: connection refused or reset, unknown host, TLS failure. */
export class KubernetesConnectionError extends KubernetesError {
  override readonly name = 'KubernetesConnectionError';
  readonly code = 'KUBERNETES_UNREACHABLE';
  readonly retryable = true;
  /** Whether the request may have reached the server. */
  readonly sent: 'no' | 'perhaps';

  constructor(message: string, { sent = 'perhaps', ...options }: ErrorOptions & { sent?: 'no' | 'perhaps' } = {}) {
    super(message, options);
    this.sent = sent;
  }
}

/** Thrown when the answer did not arrive within the call's timeout. */
export class KubernetesTimeoutError extends KubernetesError {
  override readonly name = 'KubernetesTimeoutError';
  readonly code = 'KUBERNETES_TIMEOUT';
  readonly retryable = true;
}

/** Thrown when an answer is not valid: not JSON, truncated, or larger than the limit. */
export class KubernetesResponseError extends KubernetesError {
  override readonly name = 'KubernetesResponseError';
  readonly code = 'KUBERNETES_BAD_RESPONSE';
  readonly retryable = true;
}

/** The fields of a `metav1.Status` that are used here. */
export interface ApiStatus {
  readonly reason?: string;
  readonly message?: string;
  readonly causes?: readonly ApiCause[];
}

/** One field of the sent object that the API server refuses (`metav1.StatusCause`). */
export interface ApiCause {
  /** Such as `status.task.status`. */
  readonly field: string;
  /** Such as `FieldValueInvalid`. Unset: the server names none. */
  readonly reason?: string | undefined;
}

interface StatusMeaning {
  readonly code: string;
  readonly retryable: boolean;
  readonly advice: string;
}

/** 401 and 403 are retryable: the missing right may be granted while the call is retried. */
const meanings = new Map<number, StatusMeaning>([
  [
    400,
    {
      code: 'KUBERNETES_BAD_REQUEST',
      retryable: false,
      advice: 'The request is not valid and will not succeed unchanged.',
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
  [410, { code: 'KUBERNETES_EXPIRED', retryable: true, advice: 'Relist from the start.' }],
  [
    422,
    {
      code: 'KUBERNETES_INVALID',
      retryable: false,
      advice: 'Correct the field that the server names. If it does not know the field, update the CRD.',
    },
  ],
  [429, { code: 'KUBERNETES_TOO_MANY_REQUESTS', retryable: true, advice: 'Wait and repeat the call.' }],
]);

const alreadyExists: StatusMeaning = {
  code: 'KUBERNETES_ALREADY_EXISTS',
  retryable: false,
  advice: 'Use the existing object, or choose another name.',
};
const serverError: StatusMeaning = {
  code: 'KUBERNETES_SERVER_ERROR',
  retryable: true,
  advice: 'The API server or one of its webhooks failed: repeat the call, then check its log.',
};
/** A create that is repeated may happen twice. */
const serverErrorOfCreate: StatusMeaning = {
  ...serverError,
  advice: 'The API server or one of its webhooks failed, possibly after it did what was asked. Check its log.',
};
const otherError: StatusMeaning = {
  code: 'KUBERNETES_UNEXPECTED_STATUS',
  retryable: false,
  advice: 'Check that the server in the kubeconfig is a Kubernetes API server.',
};

function meaningOf(httpStatus: number, reason: string | undefined, call: string): StatusMeaning {
  if (httpStatus === 409 && reason === 'AlreadyExists') return alreadyExists;
  if (httpStatus >= 500) return call.startsWith('POST ') ? serverErrorOfCreate : serverError;
  return meanings.get(httpStatus) ?? otherError;
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
 * Thrown when the API server refuses a call. `code` follows from the HTTP status; `reason` is the server's
 * (`metav1.StatusReason`). The message quotes the server's message, because that names verb, resource and field.
 */
export class KubernetesApiError extends KubernetesError {
  override readonly name = 'KubernetesApiError';
  readonly code: string;
  readonly retryable: boolean;
  override readonly httpStatus: number;
  readonly reason: string | undefined;
  /** Empty when the server names no field. */
  readonly causes: readonly ApiCause[];
  readonly retryAfterSeconds: number | undefined;

  constructor({ call, httpStatus, status, retryAfterSeconds }: ApiErrorDetails) {
    const meaning = meaningOf(httpStatus, status.reason, call);
    const words = printable(status.message ?? status.reason ?? 'no message', WORDS_LIMIT).replace(/\.$/, '');
    super(`${call} was answered ${httpStatus}: ${words}. ${meaning.advice}`);
    this.code = meaning.code;
    this.retryable = meaning.retryable;
    this.httpStatus = httpStatus;
    this.reason = status.reason;
    this.causes = status.causes ?? [];
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** True if the API server answered with this HTTP status. */
export function hasHttpStatus(error: unknown, httpStatus: number): error is KubernetesApiError {
  return error instanceof KubernetesApiError && error.httpStatus === httpStatus;
}

/**
 * True if the API server says that the object does not exist. A 404 without that reason means that the kind is not
 * served, as right after a start or before a CRD is established. It says nothing about the object.
 */
export function isObjectMissing(error: unknown): error is KubernetesApiError {
  return hasHttpStatus(error, 404) && error.reason === 'NotFound';
}
