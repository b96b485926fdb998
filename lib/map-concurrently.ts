/**
 * The results of `work` in the order of `items`, as `Promise.all` gives them, with at most `limit` calls in progress.
 * Rejects with the first failure; no item is begun after it.
 */
export async function mapConcurrently<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const queue = items.entries();
  let isFailed = false;
  const workThroughQueue = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (isFailed) return;
      results[index] = await work(item).catch((error: unknown) => {
        isFailed = true;
        throw error;
      });
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, workThroughQueue));
  return results;
}
