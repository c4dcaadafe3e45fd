/** A Kafka source with its enumerator and one reader over brokers in memory: one step a call. */
import { setImmediate } from 'node:timers/promises'
import type { ReaderOutput } from '../../../../src/api/connector/source/reader-output.js'
import type { SourceReaderContext } from '../../../../src/api/connector/source/source-reader-context.js'
import type { SplitEnumeratorContext } from '../../../../src/api/connector/source/split-enumerator-context.js'
import type { FailedRecord } from '../../../../src/api/badrecords/dead-letter.js'
import { KafkaCluster } from '../../../../src/connectors/kafka/client/kafka-cluster.js'
import {
  Properties,
  propertiesOf,
  type PropertiesLike,
} from '../../../../src/connectors/kafka/properties/properties.js'
import type { KafkaPartitionSplit } from '../../../../src/connectors/kafka/source/kafka-partition-split.js'
import type { KafkaRecordDeserializationSchema } from '../../../../src/connectors/kafka/source/kafka-record-deserialization-schema.js'
import { KafkaSourceReaderMetrics } from '../../../../src/connectors/kafka/source/kafka-source-reader-metrics.js'
import { KafkaSourceReader } from '../../../../src/connectors/kafka/source/kafka-source-reader.js'
import type { MissingOffsetPolicy } from '../../../../src/connectors/kafka/source/kafka-source-settings.js'
import { OffsetCommitter } from '../../../../src/connectors/kafka/source/offset-committer.js'
import { checkedSourceProperties } from '../../../../src/connectors/kafka/source/source-properties.js'
import { MetricGroup } from '../../../../src/core/metrics/metric-group.js'
import { SeededRandom } from '../../../../src/core/random/seeded-random.js'
import { ManualClock } from '../../../../src/core/time/manual-clock.js'
import type { StubKafka } from './stub-kafka.js'

const TURNS = 60
const text = new TextDecoder()

export interface ReaderRunOptions {
  readonly policy?: MissingOffsetPolicy
  readonly properties?: PropertiesLike
  readonly deserializer?: KafkaRecordDeserializationSchema<string>
  readonly onFailed?: (error: unknown, failed: FailedRecord) => void
}

export class ReaderRun {
  readonly emitted: string[] = []
  readonly warnings: string[] = []
  /** How often it said that it is idle. */
  numIdle = 0
  readonly clock = new ManualClock()
  readonly metrics = new MetricGroup([])
  readonly reader: KafkaSourceReader<string>
  readonly #output: ReaderOutput<string>

  constructor(stub: StubKafka, splits: readonly KafkaPartitionSplit[], options: ReaderRunOptions = {}) {
    const { policy = 'fail', properties = new Properties() } = options
    const all = propertiesOf({ 'bootstrap.servers': 'one:1', 'group.id': 'g' })
    all.putAll(properties)
    const { settings } = checkedSourceProperties(all, undefined)
    const { clock, metrics: group } = this
    const warn = (message: string): void => void this.warnings.push(message)
    const logger = { debug: () => undefined, info: () => undefined, warn, error: warn }
    const metrics = new KafkaSourceReaderMetrics(group, true)
    const services = { clock, random: new SeededRandom(1), library: stub.library }
    const opened = KafkaCluster.open(settings.client, services)
    const open = (): Promise<KafkaCluster> => opened
    const commits = { groupId: 'g', commitsAfterCheckpoints: true, intervalMs: settings.autoCommitIntervalMs }
    const committer = new OffsetCommitter({ ...commits, open, clock, logger, metrics })
    const deserializer = options.deserializer ?? VALUES
    const context = { getClock: () => clock } as unknown as SourceReaderContext
    const parts = {
      context,
      clock,
      logger,
      metrics,
      open,
      settings,
      policy,
      deserializer,
      committer,
      ending: undefined,
    }
    this.reader = new KafkaSourceReader(parts)
    const idle = (): void => void (this.numIdle += 1)
    this.#output = { ...outputTo(this.emitted, options.onFailed), markIdle: idle }
    this.reader.addSplits(splits)
  }

  /** Until nothing happens any more; the clock goes on so that what waits for another try tries it. */
  async run(elapsedMs = 0): Promise<readonly string[]> {
    for (let turn = 0; turn < TURNS; turn += 1) {
      await setImmediate()
      this.clock.advance(elapsedMs / TURNS)
      while (this.reader.pollNext(this.#output) === 'MORE_AVAILABLE');
    }
    return this.emitted.splice(0)
  }

  snapshot(checkpointId = 1): readonly string[] {
    return this.reader
      .snapshotState(checkpointId)
      .map((split) => `${split.splitId()}@${String(split.getStartingOffset())}`)
  }

  async close(): Promise<void> {
    await this.reader.close()
  }
}

const VALUES: KafkaRecordDeserializationSchema<string> = {
  deserialize: (record, out) => {
    out.collect(text.decode(record.value() ?? undefined))
  },
}

function outputTo(
  emitted: string[],
  onFailed: (error: unknown, failed: FailedRecord) => void = (error) => {
    throw error
  },
): ReaderOutput<string> {
  const output: ReaderOutput<string> = {
    collect: (record) => void emitted.push(record),
    recordFailed: onFailed,
    emitWatermark: () => undefined,
    markIdle: () => undefined,
    markActive: () => undefined,
    createOutputForSplit: () => output,
    releaseOutputForSplit: () => undefined,
  }
  return output
}

/** An enumerator's surroundings: what it is told to call is called by `turn`. */
export class EnumeratorContext implements SplitEnumeratorContext<KafkaPartitionSplit> {
  readonly assigned: string[] = []
  readonly splits: KafkaPartitionSplit[] = []
  /** To readers. */
  readonly events: string[] = []
  readonly withoutMore = new Set<number>()
  readonly readers = new Map<number, never>()
  periodMs: number | undefined
  #parallelism: number
  #next: (() => Promise<void>)[] = []

  constructor(parallelism = 2) {
    this.#parallelism = parallelism
  }

  /** What `callAsync` was given last is done, again where it is to be repeated. */
  async turn(): Promise<void> {
    const calls = this.#next
    if (this.periodMs === undefined) this.#next = []
    for (const call of calls) await call()
  }

  currentParallelism(): number {
    return this.#parallelism
  }

  registeredReaders(): ReadonlyMap<number, never> {
    return this.readers
  }

  register(...subtasks: readonly number[]): void {
    for (const subtask of subtasks) this.readers.set(subtask, undefined as never)
  }

  assignSplit(): void {
    throw new Error('they are assigned together')
  }

  assignSplits(assignment: ReadonlyMap<number, readonly KafkaPartitionSplit[]>): void {
    for (const [subtask, splits] of assignment) {
      this.splits.push(...splits)
      for (const split of splits) this.assigned.push(`${String(subtask)}: ${split.splitId()}`)
    }
  }

  signalNoMoreSplits(subtask: number): void {
    this.withoutMore.add(subtask)
  }

  callAsync<R>(
    work: () => Promise<R>,
    handler: (result: R | undefined, error: Error | undefined) => void | Promise<void>,
    period?: { readonly periodMs: number },
  ): void {
    this.periodMs = period?.periodMs
    this.#next.push(async () => {
      let result: R | undefined
      let failure: Error | undefined
      try {
        result = await work()
      } catch (error) {
        failure = error as Error
      }
      await handler(result, failure)
    })
  }

  runInCoordinatorThread(action: () => void | Promise<void>): void {
    void action()
  }

  sendEventToSourceReader(subtask: number, event: { readonly kind: string }): void {
    this.events.push(`${String(subtask)}: ${event.kind}`)
  }

  setIsProcessingBacklog(): void {
    // None.
  }

  getClock(): ManualClock {
    return new ManualClock()
  }

  getFileSystems(): never {
    throw new Error('no files')
  }
}
