/** URL of the real sidecar that the contract tests are pointed at; they use the simulator without it. */
export const realSidecar = process.env['SIDECAR_CONTRACT_URL']?.replace(/\/$/, '');

/** A test that needs a node whose faults, processes and chain it controls. */
export function simulatorOnly(title: string, test: () => Promise<void>): void {
  if (realSidecar === undefined) it(title, test);
  else it.skip(`${title} (skipped: needs the simulator's controls)`, test);
}
