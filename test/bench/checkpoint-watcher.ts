import path from 'node:path'
import { RestClient } from '../../src/client/rest-client.js'
import { RunDirectory } from '../../src/client/run-directory.js'
import type { CheckpointingStatistics } from '../../src/rest/messages/checkpoint-messages.js'
import type { TimeSpan } from './progress-merge.js'

/** Far less than ten checkpoints, which is how many the job remembers. */
const POLL_MS = 400
const ANSWER_TIMEOUT_MS = 60_000

export interface CheckpointSample extends TimeSpan {
  readonly durationMs: number
  /** The slowest subtask's; NaN where the build does not tell. */
  readonly synchronousMs: number
  /** Of all state that it names, and of what was written for it. */
  readonly sizeBytes: number
  readonly checkpointedSizeBytes: number
}

/** Collects the completed checkpoints of a running job over its control socket. */
export class CheckpointWatcher {
  readonly #runDirectory: RunDirectory
  readonly #samples = new Map<number, CheckpointSample>()
  #polling: Promise<void> | undefined
  #stopped = false
  #wake = (): void => undefined

  constructor(workspace: string) {
    this.#runDirectory = new RunDirectory(path.join(workspace, 'run'), () => Date.now())
  }

  start(jobId: string): void {
    this.#polling = this.#poll(jobId)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#wake()
    await this.#polling
  }

  completed(): CheckpointSample[] {
    return [...this.#samples.values()]
  }

  async #poll(jobId: string): Promise<void> {
    while (!this.#stopped) {
      const entry = await this.#runDirectory.find(jobId)
      if (entry !== undefined) await this.#ask(new RestClient(entry), jobId)
      await this.#pause()
    }
  }

  async #ask(client: RestClient, jobId: string): Promise<void> {
    let statistics: CheckpointingStatistics
    try {
      const call = { method: 'GET', path: `/jobs/${jobId}/checkpoints` } as const
      statistics = (await client.call(call, ANSWER_TIMEOUT_MS)) as CheckpointingStatistics
    } catch {
      // The job has ended between the two questions.
      return
    }
    for (const record of statistics.history) {
      if (record.status !== 'COMPLETED') continue
      this.#samples.set(record.id, {
        startMs: record.trigger_timestamp,
        endMs: record.trigger_timestamp + record.end_to_end_duration,
        durationMs: record.end_to_end_duration,
        synchronousMs: record.synchronous_duration ?? Number.NaN,
        sizeBytes: record.state_size,
        checkpointedSizeBytes: record.checkpointed_size,
      })
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, POLL_MS)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
