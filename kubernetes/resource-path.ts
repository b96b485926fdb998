import { KubernetesNameError } from './errors.ts';

/** A kind of resource as the API server's paths name it. The core group is `''`. */
export interface ApiResource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
}

export interface ResourceLocation {
  /** Unset: a cluster-scoped kind, or all namespaces. */
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}

/** URLs resolve these as path segments, however they are encoded. */
const STEPS = ['', '.', '..'];

/**
 * E.g. `/apis/sei.io/v1alpha1/namespaces/a/seinodetasks/b/status`.
 *
 * @throws KubernetesNameError
 */
export function resourcePath(
  { group, version, plural }: ApiResource,
  { namespace, name, subresource }: ResourceLocation,
): string {
  const segments = [
    ...(group === '' ? ['api'] : ['apis', group]),
    version,
    ...(namespace === undefined ? [] : ['namespaces', namespace]),
    plural,
    ...(name === undefined ? [] : [name]),
    ...(subresource === undefined ? [] : [subresource]),
  ];
  const step = segments.find((segment) => STEPS.includes(segment));
  if (step !== undefined)
    throw new KubernetesNameError(`"${step}" cannot be the name of a resource or namespace. Correct the name.`);
  return `/${segments.map(encodeURIComponent).join('/')}`;
}
