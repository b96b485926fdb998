import { SidecarError } from './errors.ts';

/**
 * Collects a body of at most `limitBytes`; the rest is not read.
 *
 * @throws SidecarError `SIDECAR_UNREADABLE_ANSWER` when it is larger.
 */
export async function readBody(body: AsyncIterable<Buffer>, limitBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limitBytes) {
      throw new SidecarError('SIDECAR_UNREADABLE_ANSWER', `the answer is larger than ${limitBytes} bytes and was not read`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
