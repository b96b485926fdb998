import { findNodeAtLocation, parseTree } from 'jsonc-parser';
import type { ChangeValueTexts } from '../api/temporal/task-input.ts';

/** Deeper than anything that people write, and far below the depth at which recursive JSON parsers and writers fail. */
const DEEPEST = 500;
/** In UTF-16 code units: the values are sent twice in one input, which Temporal limits to 2 MiB. */
const LONGEST = 400_000;
/** Matches JSON strings, so that brackets in them are skipped, and brackets. */
const STRING_OR_BRACKET = /"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{}]/g;

/**
 * The JSON texts of `spec.govParamChange.changes[].value`, cut out of the text that the API server returned: a number
 * such as 1.50 or 12345678901234567890 would change as a JavaScript number.
 */
export function changeValueTexts(resource: string): ChangeValueTexts {
  if (depthOf(resource) > DEEPEST)
    return { unfitChanges: `has values that are nested more than ${DEEPEST} levels deep` };
  const root = parseTree(resource);
  const changes = root && findNodeAtLocation(root, ['spec', 'govParamChange', 'changes']);
  const changeValues = (changes?.children ?? []).map((change) => {
    const value = findNodeAtLocation(change, ['value']);
    return value === undefined ? '' : resource.slice(value.offset, value.offset + value.length);
  });
  const length = changeValues.join('').length;
  return length > LONGEST
    ? { unfitChanges: `has ${length} characters of values; at most ${LONGEST} are possible` }
    : { changeValues };
}

function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [token] of json.matchAll(STRING_OR_BRACKET)) {
    if (token === '[' || token === '{') depth += 1;
    else if (token === ']' || token === '}') depth -= 1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}
