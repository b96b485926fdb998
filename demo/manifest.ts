/** The manifest of a restart, as an operator would write it. */
export function restartManifest({ namespace, name, node }: { namespace: string; name: string; node: string }): string {
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
