import { SEI_NODE } from '../api/resources.ts';
import type { KubernetesTransport } from '../kubernetes/kubernetes-transport.ts';
import { ResourceClient } from '../kubernetes/resource-client.ts';

export interface SeiNodeRegistration {
  readonly namespace: string;
  readonly name: string;
  readonly chainId: string;
  readonly phase: string;
  /** The field of the spec that says what the node is. Default: validator. */
  readonly role?: 'validator' | 'fullNode' | undefined;
  /** Added to the spec; its fields win. */
  readonly spec?: object;
  /** Added to the phase in the status. */
  readonly status?: object;
}

/** Creates a SeiNode and sets its phase, as the controller that owns SeiNodes does in a real cluster. */
export async function registerSeiNode(transport: KubernetesTransport, node: SeiNodeRegistration): Promise<void> {
  const { namespace, name, chainId, phase, role = 'validator', spec, status } = node;
  const seiNodes = new ResourceClient(transport, SEI_NODE);
  const { group, version, kind } = SEI_NODE;
  const object = {
    apiVersion: `${group}/${version}`,
    kind,
    metadata: { name },
    spec: { chainId, [role]: {}, ...spec },
  };
  await seiNodes.create(namespace, object);
  await seiNodes.patchStatus({ namespace, name }, { status: { phase, ...status } });
}
