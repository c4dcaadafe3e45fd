/**
 * Emits nothing, and stays until all that the job has to commit is committed: by then every timer must have fired, though this
 * input never said a watermark. Timers of processing time would not fire any more when their input has ended.
 */
import { RichParallelSourceFunction, type SourceContext } from '../../src/index.js'
import type { JobWorld, NumberRecord } from './job-world.js'

const LOOKS_EVERY_MS = 100

export class QuietSource extends RichParallelSourceFunction<NumberRecord> {
  readonly #world: JobWorld
  #isRunning = true

  constructor(world: JobWorld) {
    super()
    this.#world = world
  }

  override cancel(): void {
    this.#isRunning = false
  }

  async run(context: SourceContext<NumberRecord>): Promise<void> {
    const { scenario, store, pause, expectedRecords } = this.#world
    if (scenario.time?.quiet === 'says that it is idle') context.markAsTemporarilyIdle()
    while (this.#isRunning && store.records().length < expectedRecords()) await pause(LOOKS_EVERY_MS)
  }
}
