import { accumulatorText, type AccumulatorResult } from '../../cluster/accumulator-text.js'

/** What is printed of a finished job. */
export interface FinishedJob {
  readonly jobId: string
  readonly netRuntimeMs: number
  readonly finalCheckpoint: string | undefined
  readonly accumulatorResults: Readonly<Record<string, AccumulatorResult>>
}

/** The block that Flink prints when an attached job has finished. */
export function jobResultLines(job: FinishedJob): string[] {
  const lines = [
    'Program execution finished',
    `Job with JobID ${job.jobId} has finished.`,
    `Job Runtime: ${String(job.netRuntimeMs)} ms`,
  ]
  if (job.finalCheckpoint !== undefined) {
    lines.push(`The job was stopped after its last checkpoint. Start it again with: run -s ${job.finalCheckpoint}`)
  }
  const accumulators = Object.entries(job.accumulatorResults)
  if (accumulators.length > 0) {
    lines.push('Accumulator Results: ')
    for (const [name, result] of accumulators) lines.push(accumulatorLine(name, result))
    lines.push('')
  }
  return [...lines, '']
}

function accumulatorLine(name: string, result: AccumulatorResult): string {
  if ('error' in result) return `- ${name} (failed): ${accumulatorText(result)}`
  const { value } = result
  if (Array.isArray(value)) return `- ${name} (Array) [${String(value.length)} elements]`
  return `- ${name} (${typeof value}): ${accumulatorText(result)}`
}
