/** A parent to be killed: starts the script in its argument under a guard and prints the process id once it talks. */
import { once } from 'node:events';
import { spawnGuarded } from '../../dev/spawn-guarded.ts';

const guarded = await spawnGuarded({
  command: process.execPath,
  arguments: ['-e', process.argv[2] ?? ''],
  output: 'pipe',
});
await once(guarded.stdout!, 'data');
console.log(guarded.pid);
