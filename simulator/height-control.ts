import { json, type Answer } from './sidecar-api.ts';

/** Something that has a height: a chain, or one of its nodes. */
export interface WithHeight {
  readHeight: () => Promise<number | undefined> | number;
  setHeight: (height: number) => Promise<void>;
}

/** `GET`: `{"height": N}`, or null where no RPC serves. */
export async function showHeight({ readHeight }: WithHeight): Promise<Answer> {
  return json(200, { height: (await readHeight()) ?? null });
}

/** `PUT {"height": N}`: sets it, at once for all waits. */
export async function changeHeight(target: WithHeight, body: string): Promise<Answer> {
  const height = heightIn(body);
  if (typeof height !== 'number' || !Number.isSafeInteger(height) || height < 0) {
    const shown = height === undefined ? 'nothing' : JSON.stringify(height);
    return json(400, { error: `height: ${shown} is not allowed; send {"height": N}, an integer from 0` });
  }
  await target.setHeight(height);
  return await showHeight(target);
}

function heightIn(body: string): unknown {
  try {
    return (JSON.parse(body) as { height?: unknown } | null)?.height;
  } catch {
    return undefined;
  }
}
