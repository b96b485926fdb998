/** What this service uses of `metav1.ObjectMeta`; the rest passes through. */
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
  /** Absent on the items of a list of built-in kinds. */
  readonly apiVersion?: string;
  /** Absent on the items of a list of built-in kinds. */
  readonly kind?: string;
  readonly metadata: ObjectMetadata;
}

export interface KubernetesList<T extends KubernetesObject> {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: readonly T[];
}
