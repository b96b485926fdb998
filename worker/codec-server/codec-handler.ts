import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Payload, PayloadCodec } from '@temporalio/common';
import type { Log } from '../../api/log.ts';
import type { Metrics } from '../../api/metrics.ts';
import { PayloadUnreadableError } from '../../encryption/errors.ts';
import { printable } from '../../lib/printable.ts';
import { readAtMost } from '../../lib/read-at-most.ts';
import { RepeatedFailures } from '../../lib/repeated-failures.ts';
import type { Admission } from './admission.ts';
import { CodecRefusal } from './errors.ts';
import { parsePayloads, payloadsJson } from './payloads-json.ts';

/** In bytes. Temporal stores at most 2 MB of payloads in one event, which are 2.7 MB in base64. */
const LARGEST_BODY = 8 * 1024 * 1024;
/** What the Temporal UI sends. */
const HEADERS = 'Authorization, Authorization-Extras, Content-Type, X-Namespace';
/** How long a browser remembers the answer to a preflight request, in seconds. */
const PREFLIGHT_SECONDS = 600;
const OPERATIONS = ['decode', 'encode'] as const;

type Operation = (typeof OPERATIONS)[number];

export interface CodecHandlerOptions {
  readonly codec: PayloadCodec;
  readonly admission: Pick<Admission, 'originOf' | 'subjectOf'>;
  readonly log: Log;
  /** Unset: nothing is measured. */
  readonly metrics?: Metrics | undefined;
}

interface Answer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string;
}

/**
 * Answers `POST …/decode` and `POST …/encode` of Temporal's remote codec protocol. The token is checked before the body is
 * read. Neither tokens nor payloads are logged.
 */
export class CodecHandler {
  readonly #options: CodecHandlerOptions;
  readonly #refused = new RepeatedFailures();

  constructor(options: CodecHandlerOptions) {
    this.#options = options;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedAt = performance.now();
    let cors: OutgoingHttpHeaders = { vary: 'Origin' };
    let answer: Answer;
    try {
      const origin = this.#options.admission.originOf(request.headers);
      if (origin !== undefined) cors = { ...cors, 'access-control-allow-origin': origin };
      answer = request.method === 'OPTIONS' ? preflight(request) : await this.#run(request);
    } catch (error) {
      answer = this.#refusalOf(error);
    }
    response.writeHead(answer.status, {
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...cors,
      ...answer.headers,
      // What was not read of a body is not another request.
      ...(request.complete ? {} : { connection: 'close' }),
    });
    response.end(answer.body);
    const { metrics } = this.#options;
    metrics?.count('sei_codec_requests_total', { code: String(answer.status) });
    metrics?.record('sei_codec_request_duration_seconds', {}, (performance.now() - startedAt) / 1_000);
  }

  async #run(request: IncomingMessage): Promise<Answer> {
    const { admission, codec, log } = this.#options;
    const operation = operationOf(request);
    const { headers } = request;
    const subject = await admission.subjectOf(headers);
    const payloads = parsePayloads(await bodyOf(request));
    const result = await converted(codec, operation, payloads);
    const temporalNamespace = printable(String(headers['x-namespace'] ?? ''), 100) || undefined;
    log('PayloadsConverted', { operation, subject, temporalNamespace, payloads: payloads.length });
    return { status: 200, headers: { 'content-type': 'application/json' }, body: payloadsJson(result) };
  }

  #refusalOf(error: unknown): Answer {
    this.#options.log('CodecRequestRefused', this.#refused.failed(error));
    const { status, message } = refusedWith(error);
    return {
      status,
      headers: {
        'content-type': 'text/plain; charset=utf-8',
        ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
        ...(status === 405 ? { allow: 'POST, OPTIONS' } : {}),
      },
      body: `${message}\n`,
    };
  }
}

function refusedWith(error: unknown): { status: number; message: string } {
  if (error instanceof CodecRefusal) return error;
  if (error instanceof PayloadUnreadableError) return { status: 400, message: error.message };
  return { status: 500, message: 'The codec server failed. Look at its log.' };
}

function preflight(request: IncomingMessage): Answer {
  pathOf(request);
  const headers = {
    'access-control-allow-methods': 'POST',
    'access-control-allow-headers': HEADERS,
    'access-control-max-age': String(PREFLIGHT_SECONDS),
  };
  return { status: 204, headers, body: '' };
}

/** Only the last part of the path counts, as the protocol says: a proxy may put anything in front. */
function pathOf({ url = '' }: IncomingMessage): Operation {
  const [path = ''] = url.split('?', 1);
  const last = path.slice(path.lastIndexOf('/') + 1);
  const operation = OPERATIONS.find((name) => name === last);
  if (operation !== undefined) return operation;
  throw new CodecRefusal('CODEC_PATH_UNKNOWN', 'This is a codec server for Temporal. Use /decode or /encode.');
}

/** @throws CodecRefusal for a request that a page of any origin may send without being asked first. */
function operationOf(request: IncomingMessage): Operation {
  const operation = pathOf(request);
  if (request.method !== 'POST') throw new CodecRefusal('CODEC_METHOD_UNKNOWN', 'Use POST.');
  if (/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')) return operation;
  throw new CodecRefusal('CODEC_MEDIA_TYPE', 'Send JSON, with the header Content-Type: application/json.');
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const text =
    Number(request.headers['content-length'] ?? 0) > LARGEST_BODY
      ? undefined
      : await readAtMost(request.iterator({ destroyOnReturn: false }), LARGEST_BODY);
  if (text !== undefined) return text;
  throw new CodecRefusal('CODEC_BODY_TOO_LARGE', `The body is larger than ${LARGEST_BODY} bytes. Send fewer payloads.`);
}

function converted(codec: PayloadCodec, operation: Operation, payloads: Payload[]): Promise<Payload[]> {
  return operation === 'decode' ? codec.decode(payloads) : codec.encode(payloads);
}
