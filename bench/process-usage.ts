import { readFile } from 'node:fs/promises';

/** Linux counts CPU time for programs in hundredths of a second, whatever its own clock does. */
const MS_PER_TICK = 10;
const KIB_PER_MB = 1024;

export interface ProcessUsage {
  /** CPU time of all threads and of ended children, user and system, since the process started, in milliseconds. */
  readonly cpuMs: number;
  /** Resident memory now, in MB of 1,024 KiB. */
  readonly residentMb: number;
  /** The most that it has been. */
  readonly peakMb: number;
}

/** @throws Error when the process is gone, or where there is no `/proc`. */
export async function usageOf(pid: number): Promise<ProcessUsage> {
  const [stat, status] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8'),
    readFile(`/proc/${pid}/status`, 'utf8'),
  ]);
  return { cpuMs: cpuMsOf(stat), ...memoryOf(status) };
}

/** @param stat - Content of `/proc/<pid>/stat`. */
export function cpuMsOf(stat: string): number {
  // The name of the program, in parentheses, may hold anything; the state follows it as field 3.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user, system, childrenUser, childrenSystem] = fields.slice(11, 15).map(Number);
  return ((user ?? NaN) + (system ?? NaN) + (childrenUser ?? NaN) + (childrenSystem ?? NaN)) * MS_PER_TICK;
}

/** @param status - Content of `/proc/<pid>/status`. */
export function memoryOf(status: string): Pick<ProcessUsage, 'residentMb' | 'peakMb'> {
  const megabytes = (field: string): number =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? NaN) / KIB_PER_MB;
  return { residentMb: megabytes('VmRSS'), peakMb: megabytes('VmHWM') };
}
