interface MarkedMetadata {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface Mark {
  readonly on: 'labels' | 'annotations';
  readonly key: string;
  readonly program: string;
}

/** What programs leave on the objects that they keep as their manifests say: they create them again when they are gone. */
const marks: readonly Mark[] = [
  { on: 'annotations', key: 'argocd.argoproj.io/tracking-id', program: 'Argo CD' },
  { on: 'labels', key: 'argocd.argoproj.io/instance', program: 'Argo CD' },
  { on: 'labels', key: 'kustomize.toolkit.fluxcd.io/name', program: 'Flux' },
  { on: 'labels', key: 'helm.toolkit.fluxcd.io/name', program: 'Flux' },
  { on: 'annotations', key: 'meta.helm.sh/release-name', program: 'Helm' },
  // Argo CD before version 3, and many charts.
  { on: 'labels', key: 'app.kubernetes.io/instance', program: 'Argo CD or Helm' },
];

/** Names of the annotations that `declaredBy` reads. */
export const DECLARING_ANNOTATIONS: readonly string[] = marks
  .filter(({ on }) => on === 'annotations')
  .map(({ key }) => key);

/** The program that keeps an object as its manifest says, such as `Argo CD`; `undefined` when there is none. */
export function declaredBy(metadata: MarkedMetadata): string | undefined {
  return marks.find(({ on, key }) => metadata[on]?.[key] !== undefined)?.program;
}
