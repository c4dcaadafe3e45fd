import { readdir } from 'node:fs/promises'
import path from 'node:path'
import type { RunDirectory } from '../../client/run-directory.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { errnoOf } from '../../core/fs/errno.js'
import { logNameOf, outputNameOf } from '../../core/logging/log-names.js'

/** `output`: what a detached job printed. `log`: what the engine says, as JSON lines. */
export type LogSource = 'output' | 'log'

export interface LogFilePlace {
  readonly source: LogSource
  readonly path: string
}

/** What is known of a job of whose files there is a look. Times are epoch ms. */
export interface JobLogFiles {
  readonly isRunning: boolean
  /** How it ended; undefined while it runs. */
  readonly state: string | undefined
  readonly pid: number | undefined
  /** Where they are looked for. */
  readonly directory: string
  /** Output first, the oldest process first; the log may not be there yet. */
  readonly files: readonly LogFilePlace[]
  readonly lived: { readonly fromMs: number; readonly toMs: number }
}

/** The files of a job that runs or has ended; JOB_NOT_FOUND where none of that id is known. `directory`: where they are of a job of an older version. */
export async function findLogFiles(runDirectory: RunDirectory, jobId: string, directory: string): Promise<JobLogFiles> {
  const entry = await runDirectory.find(jobId)
  if (entry !== undefined) {
    const lived = { fromMs: entry.startTime, toMs: Infinity }
    return filesIn({ isRunning: true, state: undefined, pid: entry.pid, lived }, jobId, entry.logDirectory ?? directory)
  }
  const archived = await runDirectory.archivedJob(jobId)
  if (archived === undefined) throw new FlinkError('JOB_NOT_FOUND', { jobId })
  const { state, log } = archived
  const lived = { fromMs: archived['start-time'], toMs: archived['end-time'] }
  return filesIn({ isRunning: false, state, pid: log?.pid, lived }, jobId, log?.directory ?? directory)
}

async function filesIn(
  job: Omit<JobLogFiles, 'directory' | 'files'>,
  jobId: string,
  directory: string,
): Promise<JobLogFiles> {
  const names = await namesIn(directory)
  const begin = outputNameOf(jobId)
  const outputs = names
    .map((name) => ({ name, number: outputNumberOf(name, begin) }))
    .filter(({ number }) => number > 0)
    .sort((left, right) => left.number - right.number)
    .map(({ name }): LogFilePlace => ({ source: 'output', path: path.join(directory, name) }))
  const { pid } = job
  const log: readonly LogFilePlace[] =
    pid === undefined ? [] : [{ source: 'log', path: path.join(directory, logNameOf(pid)) }]
  return { ...job, directory, files: [...outputs, ...log] }
}

/** Of `<begin>.out` 1, of `<begin>-2.out` 2; 0: of another job. */
export function outputNumberOf(name: string, begin: string): number {
  if (!name.startsWith(begin)) return 0
  const [, number] = /^(?:-(\d{1,9}))?\.out$/.exec(name.slice(begin.length)) ?? []
  return name === `${begin}.out` ? 1 : Number(number ?? 0)
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory)
  } catch (error) {
    const errno = errnoOf(error)
    if (errno === 'ENOENT' || errno === 'ENOTDIR') return []
    throw error
  }
}
