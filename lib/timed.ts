/** How a call ended: with an answer, or not. */
export type Ended<Answer> = { readonly ok: true; readonly answer: Answer } | { readonly ok: false };

/**
 * Waits for a call and reports how it ended and how long it took.
 *
 * @param onEnd - Called once, with the time in seconds.
 * @throws what the call throws.
 */
export async function timed<Answer>(
  call: Promise<Answer>,
  onEnd: (ended: Ended<Answer>, seconds: number) => void,
): Promise<Answer> {
  const startedMs = performance.now();
  let ended: Ended<Answer> = { ok: false };
  try {
    const answer = await call;
    ended = { ok: true, answer };
    return answer;
  } finally {
    onEnd(ended, (performance.now() - startedMs) / 1000);
  }
}
