/** A FileSink with its writers and committers, over files in memory, as the engine drives them: a test stops and restores it anywhere. */
import type { CommitRequest, Committer } from '../../../../src/api/connector/sink2/committer.js'
import type { WriterInitContext } from '../../../../src/api/connector/sink2/writer-init-context.js'
import type { CompactionStage, CompactionSnapshot } from './compaction-stage.js'
import type { FileSink, FileSinkCommittable } from '../../../../src/connectors/filesystem/filesystem-entry.js'
import type { FileWriter } from '../../../../src/connectors/filesystem/sink/file-writer.js'
import { FileSystems } from '../../../../src/core/fs/file-systems.js'
import type { FileSystem } from '../../../../src/core/fs/file-system.js'
import { MetricGroup } from '../../../../src/core/metrics/metric-group.js'
import { SeededRandom } from '../../../../src/core/random/seeded-random.js'
import type { ManualClock } from '../../../../src/core/time/manual-clock.js'
import { DrivenTimers } from './driven-timers.js'

export interface FileSinkSnapshot {
  readonly checkpointId: number
  readonly writers: readonly Uint8Array[]
  readonly committables: readonly Uint8Array[]
  readonly compaction: CompactionSnapshot | undefined
}

export interface FileSinkRunOptions {
  readonly jobId?: string
  readonly parallelism?: number
  readonly clock?: ManualClock
  /** Of the names. */
  readonly seed?: number
  /** Between writers and committers. */
  readonly compaction?: CompactionStage
}

export class FileSinkRun<IN> {
  /** Of what the committer was given. */
  numAlreadyCommitted = 0
  readonly #sink: FileSink<IN>
  readonly #fileSystem: FileSystem
  readonly #options: FileSinkRunOptions
  readonly #writers: FileWriter<IN, string>[] = []
  readonly #timers: DrivenTimers
  #committer: Committer<FileSinkCommittable> | undefined
  /** Prepared, by checkpoint, and not committed. */
  #prepared: { readonly checkpointId: number; readonly committables: readonly FileSinkCommittable[] }[] = []

  constructor(sink: FileSink<IN>, fileSystem: FileSystem, options: FileSinkRunOptions = {}) {
    this.#sink = sink
    this.#fileSystem = fileSystem
    this.#options = options
    this.#timers = new DrivenTimers(options.clock)
  }

  get clock(): ManualClock {
    return this.#timers.clock
  }

  async start(restore?: FileSinkSnapshot): Promise<this> {
    const { parallelism = 1, seed = 1 } = this.#options
    const random = new SeededRandom(seed)
    const fileSystems = new FileSystems(undefined, random)
    for (const scheme of ['file', 'hdfs', 's3']) fileSystems.register(scheme, this.#fileSystem)
    const context = this.#context(restore, fileSystems)
    this.#committer = this.#sink.createCommitter(context)
    if (restore !== undefined) {
      const serializer = this.#sink.getCommittableSerializer()
      const { checkpointId } = restore
      const committables = restore.committables.map((bytes) => serializer.deserialize(1, bytes))
      this.#prepared = [{ checkpointId, committables }]
      await this.#commit(checkpointId)
    }
    await this.#options.compaction?.open(restore?.compaction, restore?.checkpointId)
    const states = this.#sink.getWriterStateSerializer()
    for (let subtask = 0; subtask < parallelism; subtask += 1) {
      const dealt = (restore?.writers ?? []).filter((_, index) => index % parallelism === subtask)
      const writer =
        restore === undefined
          ? await this.#sink.createWriter(context)
          : await this.#sink.restoreWriter(
              context,
              dealt.map((bytes) => states.deserialize(1, bytes)),
            )
      this.#writers.push(writer)
    }
    return this
  }

  async write(element: IN, { subtask = 0, timestamp = null as number | null } = {}): Promise<void> {
    const context = { timestamp: () => timestamp, currentWatermark: () => Number.NEGATIVE_INFINITY }
    await this.#writers[subtask]?.write(element, context)
  }

  advance(ms: number): Promise<void> {
    return this.#timers.advance(ms)
  }

  async snapshot(checkpointId: number): Promise<FileSinkSnapshot> {
    await this.#prepare(checkpointId, false)
    return this.#stored(checkpointId)
  }

  async complete(checkpointId: number): Promise<void> {
    await this.#options.compaction?.complete(checkpointId)
    await this.#commit(checkpointId)
  }

  async #commit(checkpointId: number): Promise<void> {
    const due = this.#prepared.filter((each) => each.checkpointId <= checkpointId)
    this.#prepared = this.#prepared.filter((each) => each.checkpointId > checkpointId)
    const committables = due.flatMap((each) => each.committables)
    const requests = committables.map(
      (each) =>
        ({
          getCommittable: () => each,
          signalAlreadyCommitted: () => void (this.numAlreadyCommitted += 1),
        }) as CommitRequest<FileSinkCommittable>,
    )
    await this.#committer?.commit(requests)
  }

  /** At the end of the input, in place of `snapshot`. */
  async lastSnapshot(checkpointId: number): Promise<FileSinkSnapshot> {
    await this.#prepare(checkpointId, true)
    return this.#stored(checkpointId)
  }

  /** The end of the input and the last checkpoint. */
  async finish(checkpointId: number): Promise<void> {
    await this.lastSnapshot(checkpointId)
    await this.complete(checkpointId)
    await this.close()
  }

  async close(): Promise<void> {
    await this.#options.compaction?.close()
    for (const writer of this.#writers) await writer.close()
  }

  async #prepare(checkpointId: number, endOfInput: boolean): Promise<void> {
    let committables: FileSinkCommittable[] = []
    for (const writer of this.#writers) {
      writer.flush(endOfInput)
      committables.push(...(await writer.prepareCommit()))
    }
    const { compaction } = this.#options
    if (compaction !== undefined) committables = await compaction.process(committables, checkpointId, endOfInput)
    this.#prepared.push({ checkpointId, committables })
  }

  async #stored(checkpointId: number): Promise<FileSinkSnapshot> {
    const states = (await Promise.all(this.#writers.map((writer) => writer.snapshotState()))).flat()
    const serializer = this.#sink.getWriterStateSerializer()
    const committables = this.#prepared.flatMap((each) => each.committables)
    return {
      checkpointId,
      writers: states.map((state) => serializer.serialize(state)),
      committables: committables.map((each) => this.#sink.getCommittableSerializer().serialize(each)),
      compaction: this.#options.compaction?.newestSnapshot,
    }
  }

  #context(restore: FileSinkSnapshot | undefined, fileSystems: FileSystems): WriterInitContext {
    const { clock } = this
    const { jobId = 'a'.repeat(32) } = this.#options
    return {
      getJobInfo: () => ({ getJobId: () => jobId, getJobName: () => 'job' }),
      getRestoredCheckpointId: () => restore?.checkpointId ?? null,
      getFileSystems: () => fileSystems,
      getClock: () => clock,
      metricGroup: () => new MetricGroup([]),
      getProcessingTimeService: () => this.#timers.service,
    } as unknown as WriterInitContext
  }
}
