/** Called with one line of progress. */
export type ProgressReporter = (line: string) => void;

export const reportToStderr: ProgressReporter = (line) => void process.stderr.write(`${line}\n`);
