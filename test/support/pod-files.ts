import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { accountToken } from '../../dev/account-token.ts';
import type { Deployment, Volume } from './chart-objects.ts';
import type { TestEnvironment } from './test-environment.ts';

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Contents of Secrets, by their name and key. */
type Secrets = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Writes the files that the kubelet mounts into the pods of a Deployment, below a folder. */
export async function writePodFiles(
  root: string,
  deployment: Deployment,
  environment: TestEnvironment,
  secrets: Secrets = {},
): Promise<void> {
  const { namespace = '' } = deployment.metadata;
  const { serviceAccountName: name, volumes = [], containers } = deployment.spec.template.spec;
  const account = { namespace, name };
  await writeAll(join(root, SERVICE_ACCOUNT), {
    namespace,
    token: await accountToken(environment.admin, account),
    'ca.crt': await readFile(environment.servers.kubernetes.caFile, 'utf8'),
  });
  for (const { name: mounted, mountPath } of containers[0].volumeMounts ?? []) {
    const volume = volumes.find((each) => each.name === mounted);
    const audience = volume?.projected?.sources[0].serviceAccountToken.audience;
    const token = audience && (await accountToken(environment.admin, { ...account, audiences: [audience] }));
    await writeAll(join(root, mountPath), token ? { token } : contentsOf(volume, secrets));
  }
}

function contentsOf(volume: Volume | undefined, secrets: Secrets): Readonly<Record<string, string>> {
  const { secretName = '' } = volume?.secret ?? {};
  const contents = secrets[secretName];
  if (contents === undefined) throw new Error(`The test has no contents for the volume ${volume?.name}.`);
  return contents;
}

/** Readable for the user of the image, as the pod's fsGroup makes them. */
async function writeAll(folder: string, contents: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [key, text] of Object.entries(contents)) await writeFile(join(folder, key), text, { mode: 0o644 });
}
