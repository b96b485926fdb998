import packageJson from '../../package.json' with { type: 'json' };
import { print } from '../output.ts';

export async function version(): Promise<number> {
  print(`kubectl-snt ${packageJson.version} (Node ${process.version})`);
  return 0;
}
