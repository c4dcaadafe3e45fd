// Duty: finds partitions, when the job starts and again and again, and gives each to the reader that is its owner.
// Invariants: a partition is assigned once, whoever finds it again. Its owner depends on its name and the parallelism alone. A discovery
// that was not finished at a checkpoint has found nothing for it.
// Thread: the task worker of the operator's first subtask.
import type { SplitEnumeratorContext } from '../../../api/connector/source/split-enumerator-context.js'
import type { SplitEnumerator } from '../../../api/connector/source/split-enumerator.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { messageOf } from '../../../core/errors/thrown-value.js'
import type { Logger } from '../../../core/logging/logger.js'
import type { KafkaCluster } from '../client/kafka-cluster.js'
import type { KafkaPartitionSplit, KafkaSourceEnumState } from './kafka-partition-split.js'
import { PARTITIONS_ASSIGNED } from './partitions-assigned.js'
import { PartitionDiscovery, type Discovered, type DiscoveryInput } from './partition-discovery.js'

export interface KafkaSourceEnumeratorInput extends DiscoveryInput {
  readonly context: SplitEnumeratorContext<KafkaPartitionSplit>
  readonly open: () => Promise<KafkaCluster>
  readonly discoveryIntervalMs: number
  /** Whether the source has an end: readers are told that nothing follows. */
  readonly hasEnd: boolean
  readonly restored: KafkaSourceEnumState | undefined
  readonly logger: Logger | undefined
}

/** What may be over the next time that partitions are looked for; of a topic that has gone its readers know what to do. */
const TRANSIENT = new Set(['KAFKA_UNREACHABLE', 'KAFKA_REQUEST_FAILED', 'KAFKA_TOPIC_MISSING'])

export class KafkaSourceEnumerator implements SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> {
  readonly #input: KafkaSourceEnumeratorInput
  readonly #known: Set<string>
  #pending: KafkaPartitionSplit[]
  #isInitialDiscoveryFinished: boolean
  /** Since this enumerator began: who has no partition yet is not waiting for one. */
  #hasDiscovered = false
  #isDiscoveryOver = false
  #cluster: KafkaCluster | undefined

  constructor(input: KafkaSourceEnumeratorInput) {
    const { restored } = input
    this.#input = input
    this.#known = new Set(restored?.knownPartitions)
    this.#pending = [...(restored?.pendingSplits ?? [])]
    this.#isInitialDiscoveryFinished = restored?.isInitialDiscoveryFinished ?? false
  }

  start(): void {
    const { context, discoveryIntervalMs } = this.#input
    const discover = (): Promise<Discovered> => this.#discover()
    const handle = (found: Discovered | undefined, error: Error | undefined): void => {
      this.#discovered(found, error)
    }
    if (discoveryIntervalMs > 0) {
      context.callAsync(discover, handle, { initialDelayMs: 0, periodMs: discoveryIntervalMs })
    } else context.callAsync(discover, handle)
  }

  /** Readers are given their partitions unasked. */
  handleSplitRequest(): void {
    // Nothing to do.
  }

  addSplitsBack(splits: readonly KafkaPartitionSplit[], subtaskId: number): void {
    this.#pending.push(...splits)
    if (this.#input.context.registeredReaders().has(subtaskId)) this.#assign([subtaskId])
  }

  addReader(subtaskId: number): void {
    this.#assign([subtaskId])
    if (this.#hasDiscovered) this.#tellAssigned([subtaskId])
  }

  snapshotState(): KafkaSourceEnumState {
    const isInitialDiscoveryFinished = this.#isInitialDiscoveryFinished
    return { knownPartitions: [...this.#known], pendingSplits: [...this.#pending], isInitialDiscoveryFinished }
  }

  async close(): Promise<void> {
    await this.#cluster?.close()
  }

  async #discover(): Promise<Discovered> {
    this.#cluster ??= await this.#input.open()
    return new PartitionDiscovery(this.#input, this.#cluster).discover(this.#known, !this.#isInitialDiscoveryFinished)
  }

  #discovered(found: Discovered | undefined, error: Error | undefined): void {
    const { logger, discoveryIntervalMs, context } = this.#input
    if (error !== undefined) {
      const isTransient = this.#isInitialDiscoveryFinished && FlinkError.is(error) && TRANSIENT.has(error.code)
      if (!isTransient || discoveryIntervalMs <= 0) throw error
      logger?.warn('partitions could not be looked for; the next time they are', { reason: messageOf(error) })
    }
    if (found === undefined) return
    this.#isInitialDiscoveryFinished = true
    const isFirst = !this.#hasDiscovered
    this.#hasDiscovered = true
    if (discoveryIntervalMs <= 0) this.#isDiscoveryOver = true
    for (const partition of found.splits) this.#known.add(partition.splitId())
    this.#pending.push(...found.splits)
    if (found.splits.length > 0) logger?.info('found partitions', { count: found.splits.length })
    this.#noteGone(found.partitions)
    const readers = [...context.registeredReaders().keys()]
    this.#assign(readers)
    if (isFirst) this.#tellAssigned(readers)
  }

  #noteGone(partitions: readonly string[]): void {
    const there = new Set(partitions)
    for (const partition of this.#known) {
      if (there.has(partition)) continue
      this.#input.logger?.warn('a partition that is read is not among those of the source any more', { partition })
    }
  }

  #assign(readers: readonly number[]): void {
    const { context, hasEnd } = this.#input
    const parallelism = context.currentParallelism()
    const assignment = new Map<number, KafkaPartitionSplit[]>()
    const left: KafkaPartitionSplit[] = []
    for (const split of this.#pending) {
      const owner = ownerOf(split, parallelism)
      if (readers.includes(owner)) assignment.set(owner, [...(assignment.get(owner) ?? []), split])
      else left.push(split)
    }
    this.#pending = left
    if (assignment.size > 0) context.assignSplits(assignment)
    if (!hasEnd || !this.#isDiscoveryOver) return
    for (const reader of readers) context.signalNoMoreSplits(reader)
  }

  #tellAssigned(readers: readonly number[]): void {
    for (const reader of readers) this.#input.context.sendEventToSourceReader(reader, PARTITIONS_ASSIGNED)
  }
}

/** As in Flink: the partitions of a topic go round, and topics begin at different readers. */
function ownerOf(split: KafkaPartitionSplit, parallelism: number): number {
  const start = (Math.imul(javaHash(split.getTopic()), 31) & 0x7f_ff_ff_ff) % parallelism
  return (start + split.getPartition()) % parallelism
}

function javaHash(text: string): number {
  let hash = 0
  for (let index = 0; index < text.length; index += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(index)) | 0
  return hash
}
