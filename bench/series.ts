import { setTimeout as sleep } from 'node:timers/promises';

type Measurement<Value> = (index: number) => Promise<Value>;

/** Each begins when the one before it is over. */
export async function eachInTurn<Value>(count: number, measure: Measurement<Value>): Promise<Value[]> {
  return await eachAtOnce(count, 1, measure);
}

/** So many at the same time: the next one begins when one of them is over. The first failure ends it. */
export async function eachAtOnce<Value>(count: number, atOnce: number, measure: Measurement<Value>): Promise<Value[]> {
  const values: Value[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      values[index] = await measure(index);
    }
  };
  const stop = (error: unknown): never => {
    next = count;
    throw error;
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, () => lane().catch(stop)));
  return values;
}

/** One begins every so many milliseconds, whether or not those before it are over. */
export async function eachStaggered<Value>(
  count: number,
  intervalMs: number,
  measure: Measurement<Value>,
): Promise<Value[]> {
  return await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      await sleep(index * intervalMs);
      return await measure(index);
    }),
  );
}
