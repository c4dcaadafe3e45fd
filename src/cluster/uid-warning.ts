import { CheckpointingOptions } from '../core/config/checkpointing-options.js'
import type { Configuration } from '../core/config/configuration.js'
import { SavepointOptions } from '../core/config/savepoint-options.js'

const MOST_NAMED = 4

/**
 * Tells once of operators whose state a changed program may not find again: at the start of a job that has something to do
 * with snapshots, else when the first savepoint of it is taken. A job without any loses nothing.
 */
export class UidWarning {
  readonly #operators: readonly string[]
  readonly #tell: (text: string) => void
  #isTold: boolean

  constructor(operators: readonly string[], tell: (text: string) => void) {
    this.#operators = operators
    this.#tell = tell
    this.#isTold = operators.length === 0
  }

  jobStarts(configuration: Configuration): void {
    if (hasSnapshots(configuration)) this.snapshotTaken()
  }

  snapshotTaken(): void {
    if (this.#isTold) return
    this.#isTold = true
    const named = this.#operators.slice(0, MOST_NAMED).map((name) => `"${name}"`)
    const others = this.#operators.length - MOST_NAMED
    const names = `${named.join(', ')}${others > 0 ? ` and ${String(others)} more` : ''}`
    this.#tell(
      `These operators hold state and have no uid: ${names}. A changed program may not find it again: give each a uid('...').`,
    )
  }
}

function hasSnapshots(configuration: Configuration): boolean {
  return [
    CheckpointingOptions.CHECKPOINTING_INTERVAL,
    SavepointOptions.SAVEPOINT_DIRECTORY,
    SavepointOptions.SAVEPOINT_PATH,
  ].some((option) => configuration.getOptional<unknown>(option) !== undefined)
}
