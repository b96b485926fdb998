import type { Payload } from '@temporalio/common';
import proto from '@temporalio/proto';
import { z } from 'zod';
import { parsedJson } from '../../lib/parsed-json.ts';
import { CodecRefusal } from './errors.ts';

const { Payloads } = proto.temporal.api.common.v1;

/** Both alphabets, with padding or without, as the JSON form of protobuf allows it. */
const bytes = z.string().regex(/^[\w+/-]*={0,2}$/, 'is not base64');
const body = z.object({
  payloads: z.array(z.looseObject({ metadata: z.record(z.string(), bytes).nullish(), data: bytes.nullish() })),
});

/**
 * Reads Temporal's message `Payloads` in the JSON form of protobuf.
 *
 * @throws CodecRefusal which quotes nothing of the text.
 */
export function parsePayloads(text: string): Payload[] {
  const { data, error } = body.safeParse(parsedJson(text));
  if (data === undefined) {
    const index = error.issues[0]?.path[1];
    throw invalid(index === undefined ? 'it has no list of payloads' : `payload ${String(index)} is not one`);
  }
  try {
    return Payloads.fromObject(data).payloads;
  } catch {
    throw invalid('a field is not of its type');
  }
}

/** Writes what `parsePayloads` reads. */
export function payloadsJson(payloads: Payload[]): string {
  const message = Payloads.toObject(Payloads.create({ payloads }), { bytes: String, longs: String });
  return JSON.stringify({ payloads: [], ...message });
}

function invalid(problem: string): CodecRefusal {
  return new CodecRefusal(
    'CODEC_BODY_INVALID',
    `The body is not Temporal's Payloads as JSON (${problem}). Send {"payloads": [{"metadata": {…}, "data": "<base64>"}]}.`,
  );
}
