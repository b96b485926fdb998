/** Collects a body; `undefined` when it is larger than `limitBytes`, and then the rest is not read. */
export async function readAtMost(body: AsyncIterable<Buffer>, limitBytes: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limitBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
