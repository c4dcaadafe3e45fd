/** How the files in a log directory are named. Name of the log of a process: JSON lines. */
export function logNameOf(pid: number): string {
  return `flink-ts-${String(pid)}.log`
}

/** How the names of what a job printed begin; the second is of the process that recovered it: `flink-ts-<id>-2.out`. */
export function outputNameOf(jobId: string): string {
  return `flink-ts-${jobId}`
}
