import { readFileSync } from 'node:fs'
import { FlinkError } from '../../core/errors/flink-error.js'
import { HOOK_PLACE, type HookPlace } from '../../graph/packaged-program-resolve-hook.js'

/** The main thread, the standard streams, the control socket, and what is read meanwhile. */
const FILES_OF_PROCESS = 28
/** A thread's event loop, and that of the thread beside it in which older Nodes resolve the job's imports. */
const FILES_OF_THREAD = 11
/** With fewer not even the smallest job was seen to run. */
const LEAST = 36

/**
 * TOO_MANY_OPEN_FILES where a job cannot run with as many files as this process may open, or where a thread that finds none
 * left for its hooks would wait for ever; a warning where it is not certain, and the job would end with EMFILE. `limit`
 * undefined: not known.
 */
export function checkOpenFiles(
  limit: number | undefined,
  threads: number,
  hooks: HookPlace = HOOK_PLACE,
): string | undefined {
  if (limit === undefined) return undefined
  const wanted = FILES_OF_PROCESS + threads * FILES_OF_THREAD
  const least = hooks === 'in a thread beside' ? wanted : LEAST
  if (limit < least) {
    const reason = `${String(limit)} are allowed and this job needs ${String(least)} at the least`
    throw new FlinkError('TOO_MANY_OPEN_FILES', { reason })
  }
  if (limit >= wanted) return undefined
  return (
    `This process may open ${String(limit)} files and may want ${String(wanted)}. Should the job fail, ` +
    `raise the limit of open files (ulimit -n).`
  )
}

/** What the kernel allows this process; undefined where it does not say so in a file. */
export function openFilesLimit(): number | undefined {
  try {
    const [, limit] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
    return limit === undefined ? undefined : Number(limit)
  } catch {
    return undefined
  }
}
