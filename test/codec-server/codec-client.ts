import type { Payload } from '@temporalio/common';
import proto from '@temporalio/proto';

const { Payloads } = proto.temporal.api.common.v1;

export interface CodecAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export interface CodecCall {
  readonly path?: string;
  readonly method?: string;
  readonly token?: string | undefined;
  readonly origin?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Sends what the Temporal UI and CLI send. */
export async function callCodec(url: string, call: CodecCall): Promise<CodecAnswer> {
  const { path = '/decode', method = 'POST', token, origin, headers = {}, body } = call;
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      'x-namespace': 'default',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(origin === undefined ? {} : { origin }),
      ...headers,
    },
    ...(method === 'POST' ? { body: body ?? '{"payloads":[]}' } : {}),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** Payloads as the body of a request. */
export function bodyOf(payloads: Payload[]): string {
  return JSON.stringify(Payloads.toObject(Payloads.create({ payloads }), { bytes: String }));
}

/** What an answer contains. */
export function payloadsOf(text: string): Payload[] {
  return Payloads.fromObject(JSON.parse(text)).payloads;
}
