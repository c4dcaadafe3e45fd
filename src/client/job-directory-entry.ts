/** What a living job leaves in the run directory beside its socket: `<jobId>.json`. Times are epoch ms. */
export interface JobDirectoryEntry {
  readonly jobId: string
  readonly pid: number
  /** When the process with this id began, where the system tells; see startOfProcess. */
  readonly processStart: string | undefined
  readonly name: string
  readonly startTime: number
  /** Version of flink-ts that runs the job. */
  readonly version: string
  /** Where the job's control server listens. */
  readonly socket: string
}

const JOB_ID = /^[0-9a-f]{32}$/

/** A file that anybody may have written is checked before it is believed. */
export function parseJobDirectoryEntry(text: string): JobDirectoryEntry | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const { jobId, pid, processStart, name, startTime, version, socket } = value as Partial<
    Record<keyof JobDirectoryEntry, unknown>
  >
  const isComplete =
    typeof jobId === 'string' &&
    JOB_ID.test(jobId) &&
    typeof pid === 'number' &&
    // 0 and negative numbers name groups of processes, one of which always lives.
    Number.isSafeInteger(pid) &&
    pid > 0 &&
    (processStart === undefined || typeof processStart === 'string') &&
    typeof name === 'string' &&
    typeof startTime === 'number' &&
    typeof version === 'string' &&
    typeof socket === 'string'
  return isComplete ? { jobId, pid, processStart, name, startTime, version, socket } : undefined
}
