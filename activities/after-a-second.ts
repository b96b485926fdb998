/** In milliseconds: what is over sooner is not worth a write of its own. */
const WORTH_TELLING_MS = 1_000;

/**
 * Makes a function that calls `tell` in the background, no sooner than a second after it was made and until it has
 * worked once: nobody waits for it.
 */
export function afterASecond(tell: () => Promise<unknown>, onFailure: (error: unknown) => void): () => void {
  const fromMs = Date.now() + WORTH_TELLING_MS;
  let state: 'untold' | 'telling' | 'told' = 'untold';
  return () => {
    if (state !== 'untold' || Date.now() < fromMs) return;
    state = 'telling';
    tell().then(
      () => (state = 'told'),
      (error: unknown) => {
        state = 'untold';
        onFailure(error);
      },
    );
  };
}
