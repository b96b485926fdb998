/** Takes one line for the person who waits. */
export type ProgressReporter = (line: string) => void;

export const reportToStderr: ProgressReporter = (line) => void process.stderr.write(`${line}\n`);
