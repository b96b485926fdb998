import { NodeUrlError } from './errors.ts';

/** Only these may replace `{name}` and `{namespace}`, so that no resource can send a call to another host. */
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const PLACEHOLDER = /\{([^{}]*)\}/g;
const PLACEHOLDERS = ['name', 'namespace'];
/** The host as written, without its port. */
const HOST = /^https?:\/\/([^/?#\\@]*?)(?::\d*)?(?:[/?#\\]|$)/i;

/** The URL of a service on each node: http or https, with `{name}` and `{namespace}` in it. */
export class NodeUrlTemplate {
  readonly #template: string;
  readonly #host: string;

  /** @throws NodeUrlError naming what is wrong with the template. */
  constructor(template: string) {
    assertPlaceholders(template);
    const example = URL.parse(fill(template, 'node', 'namespace'));
    if (example === null || !['http:', 'https:'].includes(example.protocol)) {
      throw new NodeUrlError(`"${template}" is not an http or https URL`);
    }
    if (example.username + example.password + example.search + example.hash !== '') {
      throw new NodeUrlError('credentials, query and fragment are not allowed in a URL template');
    }
    this.#template = template.replace(/\/+$/, '');
    this.#host = (HOST.exec(template)?.[1] ?? '').toLowerCase();
    if (example.hostname !== fill(this.#host, 'node', 'namespace')) {
      throw new NodeUrlError(`"${template}" has a host that is parsed as ${example.hostname}; write it in that form`);
    }
  }

  /**
   * @throws NodeUrlError when a name is not a DNS label, or would be parsed as another host: 2130706433 is 127.0.0.1.
   */
  urlOf(node: { name: string; namespace: string }, path: string): string {
    for (const [field, value] of [
      ['name', node.name],
      ['namespace', node.namespace],
    ] as const) {
      if (!DNS_LABEL.test(value)) throw new NodeUrlError(`node ${field} "${value}" is not a DNS label`);
    }
    const filled = fill(this.#template, node.name, node.namespace);
    const host = fill(this.#host, node.name, node.namespace);
    if (URL.parse(filled)?.hostname === host) return filled + path;
    throw new NodeUrlError(
      `node ${node.namespace}/${node.name} gives the host "${host}", which is parsed as a different host; use other names`,
    );
  }
}

function assertPlaceholders(template: string): void {
  for (const [, name = ''] of template.matchAll(PLACEHOLDER)) {
    if (PLACEHOLDERS.includes(name)) continue;
    throw new NodeUrlError(`"${template}" contains {${name}}; only {name} and {namespace} are allowed`);
  }
  if (template.includes('{name}')) return;
  throw new NodeUrlError(`"${template}" does not contain {name}: every node would have the same address`);
}

function fill(template: string, name: string, namespace: string): string {
  return template.replaceAll('{name}', name).replaceAll('{namespace}', namespace);
}
