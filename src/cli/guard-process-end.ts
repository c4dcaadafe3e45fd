import { FlinkError } from '../core/errors/flink-error.js'
import { PLAIN_DIAGNOSTICS } from './terminal/colours.js'
import { renderError } from './output/error-rendering.js'
import { Terminal } from './terminal/terminal.js'

/** After its work a process has nothing left to wait for; whatever holds it so long would hold it for ever. */
const GRACE_MS = 5_000
/** What Node ends with when it has nothing left to do: 13 where the entry of the command line still waits. */
const ENDS_WITHOUT_WORK: readonly number[] = [0, 13]

/**
 * From here on this process ends with a word and an exit code, whatever is wrong with the engine: when there is nothing left
 * to do before the work is done, when an error is thrown where nobody waits for it, and when the work is done and
 * something still holds the process. Returns what is to be called with the exit code when the work is done.
 */
export function guardProcessEnd(graceMs: number = GRACE_MS): (exitCode: number) => void {
  let isDone = false
  process.on('exit', (code) => {
    if (isDone || !ENDS_WITHOUT_WORK.includes(code)) return
    tell(new FlinkError('INTERNAL_ERROR', { reason: 'there was nothing left to wait for before the work was done' }))
    process.exitCode = 1
  })
  // Its files stay, as after kill -9: whoever looks for the job finds it dead. To cancel it could cost its checkpoints.
  process.on('uncaughtException', (error) => {
    tell(FlinkError.is(error) ? error : new FlinkError('INTERNAL_ERROR', { reason: stackOf(error) }, { cause: error }))
    process.exit(1)
  })
  return (exitCode) => {
    isDone = true
    process.exitCode = exitCode
    endLater(graceMs)
  }
}

function endLater(graceMs: number): void {
  // Does not hold the process itself: where nothing does, it has ended long before.
  setTimeout(() => {
    const holders = [...new Set(process.getActiveResourcesInfo())].join(', ')
    new Terminal().printError(
      PLAIN_DIAGNOSTICS.warning(
        `This process had done its work and was still held by ${holders}; it ends all the same.`,
      ),
    )
    process.exit()
  }, graceMs).unref()
}

/** Whole, the engine's own frames included: nobody expected it. */
function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

function tell(error: unknown): void {
  new Terminal().printError(renderError(error).text)
}
