/** The least that a runbook's spec may be. `spec` adds to it or overrides it. */
export function runbookSpec(spec: object = {}): object {
  return {
    kind: 'RollingRestart',
    chainId: 'test-1',
    targets: { nodes: ['syncer-0-0'] },
    rollingRestart: {},
    ...spec,
  };
}
