import type { SessionJobResult } from '../../client/session-programs.js'
import { printable } from '../terminal/printable-text.js'

/** The block that Flink prints when an attached job has finished, of one that ran in a session. */
export function sessionJobLines({ jobId, netRuntimeMs, accumulators }: SessionJobResult): string[] {
  const lines = [
    'Program execution finished',
    `Job with JobID ${jobId} has finished.`,
    `Job Runtime: ${String(netRuntimeMs)} ms`,
  ]
  if (accumulators.length > 0) {
    lines.push('Accumulator Results: ')
    for (const { name, type, value } of accumulators) lines.push(printable(`- ${name} (${type}): ${value}`))
    lines.push('')
  }
  return [...lines, '']
}

/**
 * The same for `--json`, in the form of a run outside of a session; values are numbers where their class has only those, and else the texts that a
 * session gives. */
export function sessionJobDocument({ jobId, state, netRuntimeMs, accumulators }: SessionJobResult): object {
  const values = Object.fromEntries(
    accumulators.map(({ name, type, value }) => [name, { value: valueOf(type, value) }]),
  )
  return { jobId, state, netRuntimeMs, finalCheckpoint: null, accumulators: values }
}

const OF_NUMBERS = /^(?:Int|Double|Average)/

function valueOf(type: string, text: string): string | number {
  const number = Number(text)
  return OF_NUMBERS.test(type) && text.trim() !== '' && Number.isFinite(number) ? number : text
}
