import type { Command } from './command.ts';

/** `kubectl snt status NAME [flags]` */
export function usageLine({ name, arguments: words, flags }: Command): string {
  const placeholders = words.map((word) => (word.optional === true ? `[${word.name}]` : word.name));
  return ['kubectl snt', name, ...placeholders, ...(flags.length > 0 ? ['[flags]'] : [])].join(' ');
}
