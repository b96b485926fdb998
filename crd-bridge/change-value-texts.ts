import { findNodeAtLocation, parseTree } from 'jsonc-parser';
import type { ChangeValueTexts } from '../api/temporal/task-input.ts';

/** Deeper than anything that people write, and far from where JSON parsers and writers end that call themselves. */
const DEEPEST = 500;
/** In UTF-16 code units: values travel twice in an input of which Temporal takes 2 MiB. */
const LONGEST = 400_000;
/** JSON strings, so that brackets in them are passed over, and brackets. */
const STRING_OR_BRACKET = /"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{}]/g;

/**
 * The JSON texts of `spec.govParamChange.changes[].value`, cut out of the text that the API server returned: a number
 * such as 1.50 or 12345678901234567890 would not survive JavaScript's numbers.
 */
export function changeValueTexts(resource: string): ChangeValueTexts {
  if (depthOf(resource) > DEEPEST)
    return { unfitChanges: `holds values that are nested more than ${DEEPEST} levels deep` };
  const root = parseTree(resource);
  const changes = root && findNodeAtLocation(root, ['spec', 'govParamChange', 'changes']);
  const changeValues = (changes?.children ?? []).map((change) => {
    const value = findNodeAtLocation(change, ['value']);
    return value === undefined ? '' : resource.slice(value.offset, value.offset + value.length);
  });
  const length = changeValues.join('').length;
  return length > LONGEST
    ? { unfitChanges: `holds ${length} characters of values, and ${LONGEST} can be handed on` }
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
