import { completionScripts } from '../completion-scripts.ts';
import type { Invocation } from '../invocation.ts';
import { print } from '../output.ts';

export async function completion(invocation: Invocation): Promise<number> {
  print((completionScripts[invocation.argument('SHELL')] ?? '').trimEnd());
  return 0;
}
