import type { RunDirectory } from '../../client/run-directory.js'
import { printable } from '../terminal/printable-text.js'

/** A name that shells take for one word. */
const ONE_WORD = /^[\w.@%+=-]+$/

/** `<id>\t<name>` for each job in the run directory, and `<name>\t<id>` where that is one word and names one job. Whether it lives is not asked. */
export async function jobCandidates(runDirectory: RunDirectory): Promise<string[]> {
  const jobs = await runDirectory.entries()
  const count = (name: string): number => jobs.filter((job) => job.name === name).length
  const named = jobs.filter(({ name }) => ONE_WORD.test(name) && !name.startsWith('-') && count(name) === 1)
  return [
    ...jobs.map(({ jobId, name }) => `${jobId}\t${printable(name)}`),
    ...named.map(({ jobId, name }) => `${name}\t${jobId}`),
  ]
}
