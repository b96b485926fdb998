import { findNodeAtLocation, parseTree } from 'jsonc-parser';

/**
 * The JSON texts of `spec.govParamChange.changes[].value`, cut out of the text that the API server returned: a number
 * such as 1.50 or 12345678901234567890 would not survive JavaScript's numbers.
 */
export function changeValueTexts(resource: string): string[] {
  const root = parseTree(resource);
  const changes = root && findNodeAtLocation(root, ['spec', 'govParamChange', 'changes']);
  return (changes?.children ?? []).map((change) => {
    const value = findNodeAtLocation(change, ['value']);
    return value === undefined ? '' : resource.slice(value.offset, value.offset + value.length);
  });
}
