/**
 * Brokers in memory under the client's own calls, for what a real broker does not do when it is told to: a leader that moves, an error that
 * passes, a topic that is made anew between two requests.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import * as kafka from '@platformatic/kafka'
import { WireReader } from '../../../../src/connectors/kafka/client/wire-reader.js'
import type { KafkaLibrary } from '../../../../src/connectors/kafka/client/kafka-library.js'
import { ManualClock } from '../../../../src/core/time/manual-clock.js'
import { batchOf } from './batches-of.js'

interface StubPartition {
  leader: number
  first: number
  end: number
  batches: { readonly base: number; readonly bytes: Buffer; readonly end: number }[]
}

export interface StubTopic {
  topicId: string
  readonly partitions: StubPartition[]
}

const UNKNOWN_TOPIC = 3
const NOT_LEADER = 6
const OUT_OF_RANGE = 1
const UNKNOWN_TOPIC_ID = 100

export class StubKafka {
  readonly topics = new Map<string, StubTopic>()
  readonly committed = new Map<string, number>()
  /** Of whoever waits for another try. */
  readonly clock = new ManualClock()
  /** Requests, as `fetch@1`: kind and broker. */
  readonly requests: string[] = []
  readonly library: KafkaLibrary
  /** Throws in place of an answer. */
  fault: (request: string) => void = () => undefined
  #ids = 0

  constructor() {
    const stub = this
    class StubConnection {
      nodeId = 0
      on(): void {
        // Nothing happens to it.
      }
      connect(_host: string, port: number): Promise<void> {
        this.nodeId = port
        return new Promise((resolve) => {
          stub.asked('connect', port)
          resolve()
        })
      }
      close(): Promise<void> {
        return Promise.resolve()
      }
      send(...args: readonly unknown[]): void {
        stub.fetched(this.nodeId, args)
      }
    }
    const api = this.apiOf.bind(this)
    this.library = {
      ...kafka,
      Connection: StubConnection,
      metadataV12: api('metadata', (names: string[] | null) => this.#metadata(names)),
      listOffsetsV7: api('listOffsets', (_replica: number, _isolation: number, topics: never) => this.#listed(topics)),
      findCoordinatorV4: api('findCoordinator', (_type: number, keys: string[]) => ({
        coordinators: keys.map((key) => ({ key, nodeId: 1, host: 'one', port: 1 })),
      })),
      offsetFetchV8: api('offsetFetch', (groups: never) => this.#offsetsOf(groups)),
      offsetCommitV8: api('offsetCommit', (_g: string, _n: number, _m: string, _i: null, topics: never) =>
        this.#commit(topics),
      ),
    } as unknown as KafkaLibrary
  }

  /** With its clock going on as long as `work` lasts. */
  async driven<R>(work: Promise<R>): Promise<R> {
    let isSettled = false
    const settled = work.then(
      () => (isSettled = true),
      () => (isSettled = true),
    )
    while (!isSettled) {
      this.clock.advance(100)
      await nextTurn()
    }
    await settled
    return work
  }

  /** A call of the client that gives this answer. */
  protected apiOf(kind: string, answer: (...args: never[]) => unknown): unknown {
    return {
      api: {
        async: (connection: { readonly nodeId: number }, ...args: never[]) =>
          new Promise((resolve) => {
            this.asked(kind, connection.nodeId)
            resolve(answer(...args))
          }),
      },
    }
  }

  /** Made anew where it is there. */
  create(topic: string, partitions = 1, leader = 1): StubTopic {
    this.#ids += 1
    const topicId = `00000000-0000-0000-0000-${String(this.#ids).padStart(12, '0')}`
    const empty = (): StubPartition => ({ leader, first: 0, end: 0, batches: [] })
    const made = { topicId, partitions: Array.from({ length: partitions }, empty) }
    this.topics.set(topic, made)
    return made
  }

  write(topic: string, partition: number, ...values: readonly string[]): void {
    const to = this.partition(topic, partition)
    this.append(topic, partition, batchOf(to.end, values), values.length)
  }

  append(topic: string, partition: number, bytes: Buffer, count: number): void {
    const to = this.partition(topic, partition)
    to.batches.push({ base: to.end, bytes, end: to.end + count })
    to.end += count
  }

  /** As retention does it. */
  remove(topic: string, partition: number, before: number): void {
    const from = this.partition(topic, partition)
    from.first = before
    from.batches = from.batches.filter(({ end }) => end > before)
  }

  partition(topic: string, partition: number): StubPartition {
    const found = this.topics.get(topic)?.partitions[partition]
    if (found === undefined) throw new Error(`there is no ${topic}-${String(partition)}`)
    return found
  }

  asked(kind: string, nodeId: number): void {
    const request = `${kind}@${String(nodeId)}`
    this.requests.push(request)
    this.fault(request)
  }

  /** Of `Connection.send` for a Fetch. */
  fetched(nodeId: number, args: readonly unknown[]): void {
    const [, , payload, parser, , , done] = args as [
      number,
      number,
      () => { readonly buffer: Buffer },
      (id: number, key: number, version: number, reader: unknown) => unknown,
      boolean,
      boolean,
      (error: Error | null, answer?: unknown) => void,
    ]
    queueMicrotask(() => {
      try {
        this.asked('fetch', nodeId)
        const answer = this.#fetch(new WireReader(payload().buffer), nodeId)
        done(null, parser(0, 1, 13, kafka.Reader.from(answer)))
      } catch (error) {
        done(error as Error)
      }
    })
  }

  #fetch(request: WireReader, nodeId: number): Buffer {
    request.skip(4 + 4 + 4 + 4 + 1 + 4 + 4)
    const writer = kafka.Writer.create().appendInt32(0).appendInt16(0).appendInt32(0)
    const topics = request.readCompactArray(() => {
      const topicId = request.readUuid()
      const partitions = request.readCompactArray(() => {
        const partition = request.readInt32()
        request.skip(4)
        const offset = request.readInt64()
        request.skip(4 + 8 + 4)
        request.skipTaggedFields()
        return { partition, offset }
      })
      request.skipTaggedFields()
      return { topicId, partitions }
    })
    writer.appendArray(topics, (w, { topicId, partitions }) => {
      w.appendUUID(topicId).appendArray(partitions, (each, asked) => {
        this.#appendPartition(each, { ...asked, topicId, nodeId })
      })
    })
    return writer.appendTaggedFields().buffer
  }

  #appendPartition(
    writer: kafka.Writer,
    { topicId, partition, offset, nodeId }: { topicId: string; partition: number; offset: number; nodeId: number },
  ): void {
    const topic = [...this.topics.values()].find((each) => each.topicId === topicId)
    const found = topic?.partitions[partition]
    const error = errorOf(found, offset, nodeId)
    const { end = -1, first = -1, batches = [] } = found ?? {}
    const records =
      error === 0
        ? Buffer.concat(batches.filter((each) => each.end > offset).map(({ bytes }) => bytes))
        : Buffer.alloc(0)
    writer.appendInt32(partition).appendInt16(error).appendInt64(BigInt(end)).appendInt64(BigInt(end))
    writer
      .appendInt64(BigInt(first))
      .appendArray([], () => undefined)
      .appendInt32(-1)
    writer.appendUnsignedVarInt(records.length + 1).append(records)
  }

  #metadata(names: string[] | null): unknown {
    const asked = names ?? [...this.topics.keys()]
    const brokers = [1, 2].map((nodeId) => ({ nodeId, host: 'host', port: nodeId }))
    const topics = asked.map((name) => {
      const topic = this.topics.get(name)
      if (topic === undefined) return { name, topicId: '', errorCode: UNKNOWN_TOPIC, isInternal: false, partitions: [] }
      const partitions = topic.partitions.map(({ leader }, partitionIndex) => ({ partitionIndex, leaderId: leader }))
      return { name, topicId: topic.topicId, errorCode: 0, isInternal: false, partitions }
    })
    return { brokers, topics }
  }

  #listed(
    topics: readonly { name: string; partitions: readonly { partitionIndex: number; timestamp: bigint }[] }[],
  ): unknown {
    const offsetOf = (name: string, index: number, timestamp: bigint): bigint => {
      const { first, end } = this.partition(name, index)
      return BigInt(timestamp === -2n ? first : timestamp === -1n ? end : timestamp > 1000n ? -1 : first)
    }
    return {
      topics: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex, timestamp }) => ({
          partitionIndex,
          offset: offsetOf(name, partitionIndex, timestamp),
        })),
      })),
    }
  }

  #offsetsOf(groups: readonly { topics: readonly { name: string; partitionIndexes: readonly number[] }[] }[]): unknown {
    return {
      groups: groups.map(({ topics }) => ({
        topics: topics.map(({ name, partitionIndexes }) => ({
          name,
          partitions: partitionIndexes.map((partitionIndex) => ({
            partitionIndex,
            committedOffset: BigInt(this.committed.get(`${name}-${String(partitionIndex)}`) ?? -1),
          })),
        })),
      })),
    }
  }

  #commit(
    topics: readonly { name: string; partitions: readonly { partitionIndex: number; committedOffset: bigint }[] }[],
  ): unknown {
    for (const { name, partitions } of topics) {
      for (const { partitionIndex, committedOffset } of partitions) {
        this.committed.set(`${name}-${String(partitionIndex)}`, Number(committedOffset))
      }
    }
    return {}
  }
}

function errorOf(partition: StubPartition | undefined, offset: number, nodeId: number): number {
  if (partition === undefined) return UNKNOWN_TOPIC_ID
  if (partition.leader !== nodeId) return NOT_LEADER
  return offset < partition.first || offset > partition.end ? OUT_OF_RANGE : 0
}
