/** The fields of `metav1.ObjectMeta` that this service uses. All others pass through unchanged. */
interface ObjectMetadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface KubernetesObject {
  /** Unset on the items of a list of a built-in kind. */
  readonly apiVersion?: string;
  /** Unset on the items of a list of a built-in kind. */
  readonly kind?: string;
  readonly metadata: ObjectMetadata;
}

export interface KubernetesList<T extends KubernetesObject> {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: readonly T[];
}
