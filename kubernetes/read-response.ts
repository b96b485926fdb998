import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { printable } from '../lib/printable.ts';
import { readAtMost } from '../lib/read-at-most.ts';
import { withoutSecrets } from '../lib/without-secrets.ts';
import { KubernetesApiError, KubernetesResponseError, type ApiStatus } from './errors.ts';

/** Maximum length of a quoted error page, in characters. */
const QUOTED_CHARACTERS = 200;

const causeSchema = z.object({ field: z.string(), reason: z.string().optional() });
const statusSchema = z.object({
  reason: z.string().optional(),
  message: z.string().optional(),
  details: z
    .object({ causes: z.array(z.unknown()) })
    .optional()
    .catch(undefined),
});

/** @throws KubernetesResponseError when the body is larger than `limitBytes`; the rest is not read. */
export async function readText(body: AsyncIterable<Buffer>, limitBytes: number, call: string): Promise<string> {
  const text = await readAtMost(body, limitBytes);
  if (text !== undefined) return text;
  throw new KubernetesResponseError(
    `${call}: the answer is larger than ${limitBytes} bytes and was not read. Check which server answers at this address.`,
  );
}

/** @param secrets - Removed from what is quoted. */
export function notJson(
  text: string,
  { call, secrets }: { readonly call: string; readonly secrets: readonly string[] },
): KubernetesResponseError {
  const quoted = excerpt(withoutSecrets(text, secrets));
  return new KubernetesResponseError(
    `${call}: the answer is not JSON ("${quoted}"). Check that a Kubernetes API server answers at this address.`,
  );
}

/** The error for an answer of 300 or above, whatever its body is. */
export function apiErrorOf(
  call: string,
  httpStatus: number,
  answer: { headers: IncomingHttpHeaders; text: string },
): KubernetesApiError {
  return new KubernetesApiError({
    call,
    httpStatus,
    status: statusOf(answer.text),
    retryAfterSeconds: retryAfterOf(answer.headers),
  });
}

function statusOf(text: string): ApiStatus {
  try {
    const { details, ...status } = statusSchema.parse(JSON.parse(text));
    return {
      ...status,
      causes: details?.causes.flatMap((cause) => causeSchema.safeParse(cause).data ?? []) ?? [],
    };
  } catch {
    return { message: excerpt(text) };
  }
}

/** Kubernetes sends whole seconds, never a date. */
function retryAfterOf(headers: IncomingHttpHeaders): number | undefined {
  const seconds = Number(headers['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 ? seconds : undefined;
}

function excerpt(text: string): string {
  return printable(text, QUOTED_CHARACTERS) || 'empty body';
}
