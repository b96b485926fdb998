import packageJson from '../../package.json' with { type: 'json' };
import { print } from '../output.ts';

export function version(): void {
  print(`kubectl-snt ${packageJson.version} (Node ${process.version})`);
}
