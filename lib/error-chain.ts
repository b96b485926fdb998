/** One error of a chain, as plain values. */
export interface ErrorLink {
  readonly name: string;
  /** A stable code: the error's own, or the name of its gRPC status. Unset: it has none. */
  readonly code?: string;
  readonly message: string;
  /** Where it was thrown. Unset: its class says enough. */
  readonly stack?: string;
}

/** Longest chain, and longest message in UTF-16 code units: both come from outside. */
const LONGEST_CHAIN = 10;
const LONGEST_MESSAGE = 4_096;
/** Frames of a stack. */
const DEEPEST_STACK = 20;

/** Codes of gRPC, by number. */
const GRPC = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
];

/** Errors of the language that are mistakes in a program, whatever their code. A SyntaxError is one in its input. */
const MISTAKES = new Set(['TypeError', 'RangeError', 'ReferenceError']);

/**
 * An error and its causes, outermost first, at most 10. Of each, name, code and message: other fields may contain what
 * was sent, such as a request's headers.
 */
export function errorChain(error: unknown): readonly ErrorLink[] {
  const links: ErrorLink[] = [];
  const seen = new Set<unknown>();
  const add = (next: unknown): void => {
    if (next === undefined || next === null || seen.has(next) || links.length === LONGEST_CHAIN) return;
    seen.add(next);
    links.push(linkOf(next));
    if (!isError(next)) return;
    add(next.cause);
    const { errors } = next as { readonly errors?: unknown };
    if (Array.isArray(errors)) errors.forEach(add);
  };
  add(error);
  return links;
}

/** Also an error of another realm, such as a workflow's sandbox. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
}

/** The innermost code of a chain, or the innermost message: failures with the same one are the same failure. */
export function failureCode(error: unknown): string {
  const links = errorChain(error);
  const codes = links.flatMap(({ code }) => (code === undefined ? [] : [code]));
  const innermost = links.at(-1);
  return codes.at(-1) ?? `${innermost?.name}: ${innermost?.message}`;
}

function linkOf(error: unknown): ErrorLink {
  if (!isError(error)) return { name: typeof error, message: String(error).slice(0, LONGEST_MESSAGE) };
  const code = codeOf(error);
  const stack = isKnown(error.name, code) ? undefined : framesOf(error.stack);
  return {
    name: error.name,
    ...(code === undefined ? {} : { code }),
    message: error.message.slice(0, LONGEST_MESSAGE),
    ...(stack === undefined ? {} : { stack }),
  };
}

/** Of a failure of Temporal's the type is its code. Only a gRPC error has a number and details. */
function codeOf(error: Error): string | undefined {
  const { code, type, details } = error as { readonly [Field in 'code' | 'type' | 'details']?: unknown };
  if (typeof code === 'string') return code;
  if (typeof code === 'number' && typeof details === 'string') return GRPC[code] ?? String(code);
  return typeof type === 'string' ? type : undefined;
}

/** Whether the class of an error says what happened: it has a code, or a name of its own. */
function isKnown(name: string, code: string | undefined): boolean {
  if (MISTAKES.has(name) || MISTAKES.has(code ?? '')) return false;
  return code !== undefined || name !== 'Error';
}

function framesOf(stack: string | undefined): string | undefined {
  const frames = (stack ?? '').split('\n').filter((line) => /^ +at /.test(line));
  return frames.length === 0
    ? undefined
    : frames
        .slice(0, DEEPEST_STACK)
        .map((frame) => frame.trim())
        .join('\n');
}
