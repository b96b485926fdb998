/** A kind of resource as the API server's paths name it. The core group is `''`. */
export interface ResourceKind {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
}

export interface ResourceLocation {
  /** Absent for cluster-scoped kinds, and for all namespaces. */
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}

/** E.g. `/apis/sei.io/v1alpha1/namespaces/a/seinodetasks/b/status`. */
export function resourcePath({ group, version, plural }: ResourceKind, { namespace, name, subresource }: ResourceLocation): string {
  const segments = [
    ...(group === '' ? ['api'] : ['apis', group]),
    version,
    ...(namespace === undefined ? [] : ['namespaces', namespace]),
    plural,
    ...(name === undefined ? [] : [name]),
    ...(subresource === undefined ? [] : [subresource]),
  ];
  return `/${segments.map(encodeURIComponent).join('/')}`;
}
