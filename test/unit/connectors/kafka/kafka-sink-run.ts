/** A Kafka sink with its writers and its committer over brokers in memory, as the engine drives them: a test stops and restores it anywhere. */
import { setTimeout as delay } from 'node:timers/promises'
import type { CommitRequest, Committer } from '../../../../src/api/connector/sink2/committer.js'
import type { WriterInitContext } from '../../../../src/api/connector/sink2/writer-init-context.js'
import { DeliveryGuarantee } from '../../../../src/connectors/base/delivery-guarantee.js'
import { propertiesOf, type PropertiesLike } from '../../../../src/connectors/kafka/properties/properties.js'
import type { KafkaCommittable } from '../../../../src/connectors/kafka/sink/kafka-committable.js'
import { KafkaRecordSerializationSchema } from '../../../../src/connectors/kafka/sink/kafka-record-serialization-schema.js'
import { KafkaSink } from '../../../../src/connectors/kafka/sink/kafka-sink.js'
import { sinkProperties } from '../../../../src/connectors/kafka/sink/producer-properties.js'
import { Configuration } from '../../../../src/core/config/configuration.js'
import { MetricGroup } from '../../../../src/core/metrics/metric-group.js'
import { SystemClock } from '../../../../src/core/time/system-clock.js'
import type { StubProducers } from './stub-producers.js'

type Writer = Awaited<ReturnType<KafkaSink<string>['createWriter']>>

export interface SinkSnapshot {
  readonly checkpointId: number
  readonly writers: readonly Uint8Array[]
  readonly committables: readonly Uint8Array[]
}

export interface SinkRunOptions {
  readonly guarantee?: DeliveryGuarantee
  readonly parallelism?: number
  readonly prefix?: string | undefined
  readonly properties?: PropertiesLike
  readonly serializer?: KafkaRecordSerializationSchema<string>
  readonly configuration?: Readonly<Record<string, string>>
}

const TRIES = 5000

const TO_T: KafkaRecordSerializationSchema<string> = KafkaRecordSerializationSchema.builder<string>()
  .setTopic('t')
  .setValueSerializationSchema((element) => element)
  .build()

export class KafkaSinkRun {
  readonly warnings: string[] = []
  readonly infos: string[] = []
  /** What failed while nobody waited. */
  readonly failures: unknown[] = []
  readonly retried: string[] = []
  readonly lost: unknown[] = []
  readonly metrics = new MetricGroup([])
  readonly sink: KafkaSink<string>
  readonly #options: SinkRunOptions
  readonly #writers: Writer[] = []
  #committer: Committer<KafkaCommittable> | undefined
  #prepared: { readonly checkpointId: number; readonly committable: KafkaCommittable }[] = []

  constructor(stub: StubProducers, options: SinkRunOptions = {}) {
    this.#options = options
    const { guarantee = DeliveryGuarantee.EXACTLY_ONCE, properties = {}, serializer = TO_T } = options
    const all = propertiesOf({
      'bootstrap.servers': 'one:1',
      'linger.ms': 0,
      'retry.backoff.ms': 1,
      'retry.backoff.max.ms': 2,
    })
    all.putAll(properties)
    this.sink = new KafkaSink({
      ...sinkProperties(all, guarantee),
      ...{ serializer, guarantee, library: stub.library },
      transactionalIdPrefix: 'prefix' in options ? options.prefix : 'job',
    })
  }

  async start(restore?: SinkSnapshot): Promise<this> {
    const { parallelism = 1 } = this.#options
    this.#committer = this.sink.createCommitter(this.#context(0, restore))
    const [writers, committables] = [this.sink.getWriterStateSerializer(), this.sink.getCommittableSerializer()]
    for (let subtask = 0; subtask < parallelism; subtask += 1) {
      const context = this.#context(subtask, restore)
      const dealt = (restore?.writers ?? []).filter((_, index) => index % parallelism === subtask)
      const states = dealt.map((bytes) => writers.deserialize(1, bytes))
      this.#writers.push(
        await (restore === undefined ? this.sink.createWriter(context) : this.sink.restoreWriter(context, states)),
      )
    }
    // After the writers have begun: what of the two comes first may not matter.
    for (const bytes of restore?.committables ?? []) {
      this.#prepared.push({ checkpointId: restore?.checkpointId ?? 0, committable: committables.deserialize(1, bytes) })
    }
    if (restore !== undefined) await this.complete(restore.checkpointId)
    return this
  }

  /** The promise of a write that has to wait is given back. */
  write(element: string, subtask = 0): void | Promise<void> {
    return this.#writer(subtask).write(element, { timestamp: () => 5, currentWatermark: () => 0 })
  }

  async writeAll(...elements: readonly string[]): Promise<void> {
    for (const element of elements) await this.write(element)
  }

  async checkpoint(checkpointId: number): Promise<SinkSnapshot> {
    const states: Uint8Array[] = []
    const serializer = this.sink.getWriterStateSerializer()
    for (const writer of this.#writers) {
      await writer.flush(false)
      for (const committable of await writer.prepareCommit()) this.#prepared.push({ checkpointId, committable })
      const state = await writer.snapshotState(checkpointId)
      states.push(...state.map((each) => serializer.serialize(each)))
    }
    const committables = this.#prepared.map(({ committable }) =>
      this.sink.getCommittableSerializer().serialize(committable),
    )
    return { checkpointId, writers: states, committables }
  }

  async complete(checkpointId: number): Promise<void> {
    const due = this.#prepared.filter((each) => each.checkpointId <= checkpointId)
    const pending = new Set(due)
    await this.#committer?.commit(due.map((each) => this.#request(each.committable, () => pending.delete(each))))
    this.#prepared = this.#prepared.filter((each) => !pending.has(each))
  }

  async finish(checkpointId: number): Promise<void> {
    for (const writer of this.#writers) {
      await writer.flush(true)
      for (const committable of await writer.prepareCommit()) this.#prepared.push({ checkpointId, committable })
    }
    await this.complete(checkpointId)
  }

  /** As a task does it that ends, also of a failure. */
  async close(): Promise<void> {
    for (const writer of this.#writers) await writer.close?.()
    await this.#committer?.close?.()
  }

  /** What goes on by itself has come so far. */
  async until(isSo: () => boolean): Promise<void> {
    for (let tries = 0; !isSo(); tries += 1) {
      if (tries === TRIES) throw new Error('it never comes so far')
      await delay(2)
    }
  }

  #writer(subtask: number): Writer {
    const writer = this.#writers[subtask]
    if (writer === undefined) throw new Error(`there is no subtask ${String(subtask)}`)
    return writer
  }

  #request(committable: KafkaCommittable, keep: () => void): CommitRequest<KafkaCommittable> {
    return {
      getCommittable: () => committable,
      getNumberOfRetries: () => 0,
      signalFailedWithKnownReason: (reason) => void this.lost.push(reason),
      signalFailedWithUnknownReason: (reason) => {
        throw reason
      },
      retryLater: () => {
        this.retried.push(committable.transactionalId)
        keep()
      },
      updateAndRetryLater: keep,
      signalAlreadyCommitted: () => undefined,
    }
  }

  #context(subtask: number, restore: SinkSnapshot | undefined): WriterInitContext {
    const { parallelism = 1, configuration = {} } = this.#options
    const silent = (): void => undefined
    return {
      getTaskInfo: () => ({
        getTaskName: () => 'task',
        getIndexOfThisSubtask: () => subtask,
        getNumberOfParallelSubtasks: () => parallelism,
        getMaxNumberOfParallelSubtasks: () => 128,
        getAttemptNumber: () => 0,
      }),
      getJobInfo: () => ({ getJobId: () => 'id', getJobName: () => 'name' }),
      getRestoredCheckpointId: () => restore?.checkpointId ?? null,
      metricGroup: () => this.metrics,
      getConfiguration: () => Configuration.fromMap(configuration),
      getFileSystems: () => {
        throw new Error('files are of no use here')
      },
      getClock: () => new SystemClock(),
      getLogger: () => ({
        debug: silent,
        info: (text) => void this.infos.push(text),
        warn: (text) => void this.warnings.push(text),
        error: silent,
      }),
      getProcessingTimeService: () => ({
        getCurrentProcessingTime: () => 0,
        registerTimer: (_timestampMs, target) => {
          try {
            void target(0)
          } catch (error) {
            this.failures.push(error)
          }
          return { cancel: silent }
        },
      }),
    }
  }
}
