import { SidecarUrlError } from './errors.ts';

/** Only these may stand for `{name}` and `{namespace}`, so that no resource can point a call at another host. */
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const PLACEHOLDER = /\{([^{}]*)\}/g;
const PLACEHOLDERS = ['name', 'namespace'];

/** Where each node's sidecar answers: an http or https URL with `{name}` and `{namespace}` in it. */
export class SidecarUrlTemplate {
  readonly #template: string;

  /** @throws SidecarUrlError naming what is wrong with the template. */
  constructor(template: string) {
    for (const [, name = ''] of template.matchAll(PLACEHOLDER)) {
      if (PLACEHOLDERS.includes(name)) continue;
      throw new SidecarUrlError(`"${template}" holds {${name}}; only {name} and {namespace} are known`);
    }
    if (!template.includes('{name}')) {
      throw new SidecarUrlError(`"${template}" does not hold {name}: every node would have the same sidecar`);
    }
    const example = URL.parse(fill(template, 'node', 'namespace'));
    if (example === null || !['http:', 'https:'].includes(example.protocol)) {
      throw new SidecarUrlError(`"${template}" is not an http or https URL`);
    }
    if (example.username + example.password + example.search + example.hash !== '') {
      throw new SidecarUrlError('credentials, query and fragment are not allowed in the sidecar URL template');
    }
    this.#template = template.replace(/\/+$/, '');
  }

  /** @throws SidecarUrlError when a name is not a DNS label. */
  urlOf(node: { name: string; namespace: string }, path: string): string {
    for (const [field, value] of [['name', node.name], ['namespace', node.namespace]] as const) {
      if (!DNS_LABEL.test(value)) throw new SidecarUrlError(`node ${field} "${value}" is not a DNS label`);
    }
    return fill(this.#template, node.name, node.namespace) + path;
  }
}

function fill(template: string, name: string, namespace: string): string {
  return template.replaceAll('{name}', name).replaceAll('{namespace}', namespace);
}
