/** Of a resource that the demo creates. */
interface Named {
  readonly namespace: string;
  readonly name: string;
}

/** The manifest of a restart, as an operator would write it. */
export function restartManifest({ namespace, name, node }: Named & { readonly node: string }): string {
  return `apiVersion: sei.io/v1alpha1
kind: SeiNodeTask
metadata:
  name: ${name}
  namespace: ${namespace}
spec:
  kind: RestartSeid
  target:
    nodeRef:
      name: ${node}
  restartSeid: {}
`;
}

interface RollingRestart extends Named {
  /** As YAML. */
  readonly targets: string;
  readonly maxUnavailable: number;
}

/** The manifest of a rolling restart; its gates are short, since the chain of the demo is. */
export function runbookManifest({ namespace, name, targets, maxUnavailable }: RollingRestart): string {
  return `apiVersion: sei.io/v1alpha1
kind: SeiNodeRunbook
metadata:
  name: ${name}
  namespace: ${namespace}
spec:
  kind: RollingRestart
  chainId: ${namespace}
  targets: ${targets}
  strategy: { maxUnavailable: ${maxUnavailable} }
  gate: { blocks: 5, timeoutSeconds: 12 }
  override:
    checks: [RestartedRecently]
    reason: the demo restarts its nodes again and again
  rollingRestart: {}
`;
}
