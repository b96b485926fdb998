import { setTimeout as sleep } from 'node:timers/promises';

type Measurement<Value> = (index: number) => Promise<Value>;

/** Each begins when the one before it is over. */
export async function measureSerially<Value>(count: number, measure: Measurement<Value>): Promise<Value[]> {
  const values: Value[] = [];
  for (let index = 0; index < count; index += 1) values.push(await measure(index));
  return values;
}

/** One begins every so many milliseconds, whether or not those before it are over. */
export async function measureStaggered<Value>(count: number, intervalMs: number, measure: Measurement<Value>): Promise<Value[]> {
  return await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      await sleep(index * intervalMs);
      return await measure(index);
    }),
  );
}
