import type { MetricGroup } from '../../../core/metrics/metric-group.js'
import type { FetchedPartition } from '../client/fetch.js'

/** What gauges read when somebody looks. */
export interface PartitionFigures {
  currentOffset: number
  committedOffset: number
  highWatermark: number
}

const UNKNOWN = -1

/** Flink's metrics of a Kafka reader, by Flink's names: `KafkaSourceReader.topic.<topic>.partition.<n>.currentOffset` and so on. */
export class KafkaSourceReaderMetrics {
  readonly #group: MetricGroup
  readonly #showsPartitions: boolean
  readonly #partitions = new Map<string, PartitionFigures>()

  constructor(operator: MetricGroup, showsPartitions: boolean) {
    this.#group = operator.addGroup('KafkaSourceReader')
    this.#showsPartitions = showsPartitions
    operator.gauge('pendingRecords', () => this.#pendingRecords())
    this.#group.counter('commitsSucceeded')
    this.#group.counter('commitsFailed')
  }

  fetched({ topic, partition, highWatermark }: FetchedPartition): void {
    this.figuresOf(topic, partition).highWatermark = highWatermark
  }

  committed(offsets: readonly { readonly topic: string; readonly partition: number; readonly offset: number }[]): void {
    for (const { topic, partition, offset } of offsets) this.figuresOf(topic, partition).committedOffset = offset
    this.#group.counter('commitsSucceeded').inc()
  }

  commitFailed(): void {
    this.#group.counter('commitsFailed').inc()
  }

  /** Of a partition: whoever emits its records notes there how far it is. */
  figuresOf(topic: string, partition: number): PartitionFigures {
    const key = `${topic}-${String(partition)}`
    const known = this.#partitions.get(key)
    if (known !== undefined) return known
    const figures = { currentOffset: UNKNOWN, committedOffset: UNKNOWN, highWatermark: UNKNOWN }
    this.#partitions.set(key, figures)
    if (this.#showsPartitions) {
      const group = this.#group.addGroup('topic').addGroup(topic).addGroup('partition').addGroup(String(partition))
      group.gauge('currentOffset', () => figures.currentOffset)
      group.gauge('committedOffset', () => figures.committedOffset)
      group.gauge('records-lag', () => lagOf(figures))
    }
    return figures
  }

  #pendingRecords(): number {
    return [...this.#partitions.values()].reduce((sum, figures) => sum + lagOf(figures), 0)
  }
}

function lagOf({ currentOffset, highWatermark }: PartitionFigures): number {
  return currentOffset === UNKNOWN || highWatermark === UNKNOWN ? 0 : Math.max(0, highWatermark - currentOffset - 1)
}
