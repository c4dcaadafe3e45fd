import { FlinkError } from '../../core/errors/flink-error.js'
import { runningTasks } from '../../client/job-waits.js'
import type { CliContext } from '../arguments/cli-context.js'
import { showsSpinner } from '../terminal/shows-spinner.js'
import { runDirectoryOf } from './rest-cluster-client-of.js'

/** Nobody wonders before. */
const SHOWN_AFTER_MS = 1500
const LOOK_MS = 500
const ANSWER_TIMEOUT_MS = 5000

/**
 * From the submission of a job on until all of its tasks run: a spinner with how many do, where its user sits at a terminal and it takes
 * long. The terminal is the job's as well: nothing is read from it, and what tasks print comes between. Returns what ends it.
 */
export function showRestore(jobId: string, context: CliContext): () => void {
  if (context.isQuiet || !showsSpinner()) return () => undefined
  const stop = new AbortController()
  const timer = setTimeout(() => {
    void spin(jobId, context, stop.signal)
  }, SHOWN_AFTER_MS)
  timer.unref()
  return () => {
    clearTimeout(timer)
    stop.abort()
  }
}

async function spin(jobId: string, context: CliContext, stop: AbortSignal): Promise<void> {
  const { default: ora } = await import('ora')
  const spinner = ora({ stream: process.stderr, discardStdin: false })
  stop.addEventListener('abort', () => {
    spinner.stop()
  })
  for (;;) {
    const tasks = await tasksOf(jobId, context)
    if (stop.aborted || tasks === undefined || tasks.running === tasks.all) break
    spinner.text = `restoring: ${String(tasks.running)} of ${String(tasks.all)} tasks run`
    if (!spinner.isSpinning) spinner.start()
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS).unref())
  }
  spinner.stop()
}

/** Undefined where the job has nothing to tell any more, which is no failure of it. */
async function tasksOf(
  jobId: string,
  context: CliContext,
): Promise<{ readonly running: number; readonly all: number } | undefined> {
  try {
    const entry = await runDirectoryOf(context).find(jobId)
    return entry && (await runningTasks(entry, ANSWER_TIMEOUT_MS))
  } catch (error) {
    if (FlinkError.is(error)) return undefined
    throw error
  }
}
