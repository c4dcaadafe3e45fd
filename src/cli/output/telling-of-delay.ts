import type { Clock } from '../../core/time/clock.js'
import type { CliContext } from '../arguments/cli-context.js'

const PATIENCE_MS = 5000

/** Awaits the work; where it takes longer than a user waits without wondering, says what is waited for, once; not with --quiet. */
export async function tellingOfDelay<T>(
  what: string,
  work: Promise<T>,
  clock: Clock,
  context: Pick<CliContext, 'isQuiet' | 'printError'>,
): Promise<T> {
  if (context.isQuiet) return work
  const timer = clock.setTimer(PATIENCE_MS, () => {
    context.printError(`Waiting for ${what}. Ctrl-C gives up.\n`)
  })
  try {
    return await work
  } finally {
    timer.cancel()
  }
}
