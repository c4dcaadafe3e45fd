/** What is printed of a finished job. */
export interface FinishedJob {
  readonly jobId: string
  readonly netRuntimeMs: number
  readonly finalCheckpoint: string | undefined
  readonly accumulatorResults: Readonly<Record<string, unknown>>
}

/** The block that Flink prints when an attached job has finished. */
export function jobResultLines(job: FinishedJob): string[] {
  const lines = [
    'Program execution finished',
    `Job with JobID ${job.jobId} has finished.`,
    `Job Runtime: ${String(job.netRuntimeMs)} ms`,
  ]
  if (job.finalCheckpoint !== undefined) {
    lines.push(`The job was stopped behind its last checkpoint. Start it again with: run -s ${job.finalCheckpoint}`)
  }
  const accumulators = Object.entries(job.accumulatorResults)
  if (accumulators.length > 0) {
    lines.push('Accumulator Results: ')
    for (const [name, value] of accumulators) lines.push(accumulatorLine(name, value))
    lines.push('')
  }
  return [...lines, '']
}

function accumulatorLine(name: string, value: unknown): string {
  if (Array.isArray(value)) return `- ${name} (Array) [${String(value.length)} elements]`
  return `- ${name} (${typeof value}): ${String(value)}`
}
