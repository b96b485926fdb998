import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const MODULE = 'github.com/prometheus-operator/prometheus-operator';
/** Folder of the go.mod that pins it. */
const PINNED = fileURLToPath(new URL('../../dev/go-tools/prometheus-operator/', import.meta.url));
/** Those of which the chart has resources. */
const PLURALS = ['podmonitors', 'prometheusrules'];

/**
 * The CustomResourceDefinitions of the Prometheus operator, as YAML, from its Go module: Go checks its hash and keeps it in
 * its cache.
 *
 * @throws Error with what Go says when the module cannot be fetched.
 */
export async function prometheusOperatorDefinitions(): Promise<string> {
  const { stdout } = await promisify(execFile)('go', ['mod', 'download', '-json', MODULE], { cwd: PINNED });
  const { Dir: folder } = JSON.parse(stdout) as { readonly Dir: string };
  const files = PLURALS.map((plural) =>
    join(folder, `example/prometheus-operator-crd/monitoring.coreos.com_${plural}.yaml`),
  );
  return (await Promise.all(files.map((file) => readFile(file, 'utf8')))).join('\n---\n');
}
