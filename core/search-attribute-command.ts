/** Hosts of Temporal Cloud: of a namespace, of a region, and of private connections. */
const CLOUD = /\.(?:tmprl\.cloud|api\.temporal\.io)(?::\d+)?$/;

export interface MissingSearchAttributes {
  /** Of the Temporal server, `host:port`. */
  readonly address: string;
  readonly namespace: string;
  readonly missing: readonly string[];
}

/** The command that adds search attributes: Temporal Cloud refuses the one of a self-hosted server. */
export function searchAttributeCommand({ address, namespace, missing }: MissingSearchAttributes): string {
  if (CLOUD.test(address)) {
    const flags = missing.map((name) => `--search-attribute "${name}=Keyword"`);
    return `tcld namespace search-attributes add --namespace ${namespace} ${flags.join(' ')}`;
  }
  const flags = missing.map((name) => `--name ${name} --type Keyword`);
  return `temporal operator search-attribute create --namespace ${namespace} ${flags.join(' ')}`;
}
