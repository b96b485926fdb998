import assert from 'node:assert/strict';
import { parser } from '@prometheus-io/lezer-promql';

/** What a query reads. */
export interface QueryParts {
  readonly selectors: readonly { readonly metric: string; readonly matchers: readonly Matcher[] }[];
  /** Labels in `by (…)` and the like. */
  readonly groupings: readonly string[];
}

interface Matcher {
  readonly label: string;
  /** Without quotes. */
  readonly value: string;
}

/**
 * Finds the metrics and labels that a PromQL query reads.
 *
 * @throws AssertionError when it is not PromQL.
 */
export function partsOf(query: string): QueryParts {
  const selectors: { metric: string; matchers: Matcher[] }[] = [];
  const groupings: string[] = [];
  const text = ({ from, to }: { readonly from: number; readonly to: number }): string => query.slice(from, to);
  parser.parse(query).iterate({
    enter: ({ name, node }) => {
      assert.equal(node.type.isError, false, `not PromQL at ${node.from}: ${query}`);
      if (name === 'VectorSelector') {
        const matchers = node
          .getChild('LabelMatchers')
          ?.getChildren('UnquotedLabelMatcher')
          .map((matcher) => ({
            label: text(matcher.getChild('LabelName') ?? assert.fail(query)),
            value: text(matcher.getChild('StringLiteral') ?? assert.fail(query)).slice(1, -1),
          }));
        selectors.push({ metric: text(node.getChild('Identifier') ?? assert.fail(query)), matchers: matchers ?? [] });
      }
      if (name === 'GroupingLabels') groupings.push(...node.getChildren('LabelName').map(text));
    },
  });
  return { selectors, groupings };
}
