import { NodeUrlError } from './errors.ts';

/** Only these may stand for `{name}` and `{namespace}`, so that no resource can point a call at another host. */
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const PLACEHOLDER = /\{([^{}]*)\}/g;
const PLACEHOLDERS = ['name', 'namespace'];

/** Where something answers on each node: an http or https URL with `{name}` and `{namespace}` in it. */
export class NodeUrlTemplate {
  readonly #template: string;

  /** @throws NodeUrlError naming what is wrong with the template. */
  constructor(template: string) {
    for (const [, name = ''] of template.matchAll(PLACEHOLDER)) {
      if (PLACEHOLDERS.includes(name)) continue;
      throw new NodeUrlError(`"${template}" holds {${name}}; only {name} and {namespace} are known`);
    }
    if (!template.includes('{name}')) {
      throw new NodeUrlError(`"${template}" does not hold {name}: every node would have the same address`);
    }
    const example = URL.parse(fill(template, 'node', 'namespace'));
    if (example === null || !['http:', 'https:'].includes(example.protocol)) {
      throw new NodeUrlError(`"${template}" is not an http or https URL`);
    }
    if (example.username + example.password + example.search + example.hash !== '') {
      throw new NodeUrlError('credentials, query and fragment are not allowed in a URL template');
    }
    this.#template = template.replace(/\/+$/, '');
  }

  /** @throws NodeUrlError when a name is not a DNS label. */
  urlOf(node: { name: string; namespace: string }, path: string): string {
    for (const [field, value] of [['name', node.name], ['namespace', node.namespace]] as const) {
      if (!DNS_LABEL.test(value)) throw new NodeUrlError(`node ${field} "${value}" is not a DNS label`);
    }
    return fill(this.#template, node.name, node.namespace) + path;
  }
}

function fill(template: string, name: string, namespace: string): string {
  return template.replaceAll('{name}', name).replaceAll('{namespace}', namespace);
}
