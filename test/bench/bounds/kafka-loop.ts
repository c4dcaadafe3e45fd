/**
 * Loops over the client that the connector uses, in one thread: `node kafka-loop.js kind --port n --topic t --records n --bytes n`.
 * `source-stream`: its consumer, as most would write it; `source-fetch`: fetch requests by hand, one after the other; `sink-send`: its
 * producer, in batches; `sink-produce`: produce requests by hand, several under way.
 */
import { parseArgs } from 'node:util'
import {
  Connection,
  Consumer,
  fetchV12,
  FetchIsolationLevels,
  initProducerIdV4,
  metadataV12,
  produceV9,
  Producer,
  stringDeserializers,
  stringSerializers,
} from '@platformatic/kafka'
import { ProgressCounter } from '../jobs/progress.js'

const BATCH = 1000
const UNDER_WAY = 5
const FETCH_BYTES = 1024 * 1024
const HOST = '127.0.0.1'

const { values, positionals } = parseArgs({
  options: {
    port: { type: 'string', default: '' },
    topic: { type: 'string', default: '' },
    records: { type: 'string', default: '' },
    bytes: { type: 'string', default: '' },
  },
  allowPositionals: true,
})
const port = Number(values.port)
const { topic } = values
const records = Number(values.records)
const progress = new ProgressCounter(records)
let sum = 0

function take(value: string): void {
  sum += value.length
  progress.add()
}

async function partitionsOf(connection: Connection): Promise<number[]> {
  const answer = await metadataV12.api.async(connection, [topic], false, false)
  return answer.topics[0]?.partitions.map(({ partitionIndex }) => partitionIndex) ?? []
}

async function connected(): Promise<Connection> {
  const connection = new Connection('bench', { maxInflights: UNDER_WAY })
  await connection.connect(HOST, port)
  return connection
}

async function sourceStream(): Promise<void> {
  const consumer = new Consumer({
    groupId: `bench-${String(process.pid)}-${String(performance.timeOrigin)}`,
    clientId: 'bench',
    bootstrapBrokers: [`${HOST}:${String(port)}`],
    deserializers: stringDeserializers,
    isolationLevel: FetchIsolationLevels.READ_COMMITTED,
    autocommit: false,
  })
  const stream = await consumer.consume({ topics: [topic], mode: 'earliest', maxBytes: FETCH_BYTES })
  let count = 0
  for await (const { value } of stream) {
    take(value)
    count += 1
    if (count === records) break
  }
  await stream.close()
  await consumer.close()
}

async function sourceFetch(): Promise<void> {
  const connection = await connected()
  const partitions = await partitionsOf(connection)
  const offsets = partitions.map(() => 0n)
  let count = 0
  const fetchNext = (): ReturnType<typeof fetchV12.api.async> => {
    const asked = partitions.map((partition, index) => ({
      partition,
      currentLeaderEpoch: -1,
      fetchOffset: offsets[index] ?? 0n,
      lastFetchedEpoch: -1,
      partitionMaxBytes: FETCH_BYTES,
    }))
    const topics = [{ topicId: topic, partitions: asked }]
    const { READ_COMMITTED } = FetchIsolationLevels
    return fetchV12.api.async(connection, 500, 1, 50 * FETCH_BYTES, READ_COMMITTED, 0, -1, topics, [], '')
  }
  while (count < records) {
    const answer = await fetchNext()
    for (const { partitionIndex, records: batches = [] } of answer.responses[0]?.partitions ?? []) {
      for (const { attributes, firstOffset, lastOffsetDelta, records: each } of batches) {
        offsets[partitions.indexOf(partitionIndex)] = firstOffset + BigInt(lastOffsetDelta) + 1n
        if ((attributes & 0x20) !== 0) continue
        for (const { value } of each) {
          take(value?.toString() ?? '')
          count += 1
        }
      }
    }
  }
  await connection.close()
}

function valueOf(id: number): string {
  return String(id).padEnd(Number(values.bytes), 'abcdefghijklmnopqrstuvwxyz')
}

async function sinkSend(): Promise<void> {
  const producer = new Producer({
    clientId: 'bench',
    bootstrapBrokers: [`${HOST}:${String(port)}`],
    serializers: stringSerializers,
  })
  await severalUnderWay(async (from, to) => {
    const messages = []
    for (let id = from; id < to; id += 1) {
      const value = valueOf(id)
      take(value)
      messages.push({ topic, value })
    }
    await producer.send({ messages, acks: -1 })
  })
  await producer.close()
}

/** As the client asks it for the number of the next record of a partition. */
class Sequences extends Map<string, number> {
  getWithDefault(key: string, otherwise: number): number {
    return this.get(key) ?? otherwise
  }
}

async function sinkProduce(): Promise<void> {
  const connection = await connected()
  const partitions = await partitionsOf(connection)
  const { producerId, producerEpoch } = await initProducerIdV4.api.async(connection, null, 60_000, -1n, -1)
  const sequences = new Sequences()
  let turn = 0
  await severalUnderWay(async (from, to) => {
    const partition = partitions[turn % partitions.length] ?? 0
    turn += 1
    const messages = []
    for (let id = from; id < to; id += 1) {
      const value = valueOf(id)
      take(value)
      messages.push({ topic, partition, value: Buffer.from(value) })
    }
    const options = { compression: 'none', producerId, producerEpoch, sequences } as never
    const sent = produceV9.api.async(connection, -1, 30_000, messages, options)
    const key = `${topic}:${String(partition)}`
    sequences.set(key, (sequences.get(key) ?? 0) + messages.length)
    await sent
  })
  await connection.close()
}

async function severalUnderWay(send: (from: number, to: number) => Promise<void>): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < records) {
      const from = next
      next = Math.min(records, from + BATCH)
      await send(from, next)
    }
  }
  await Promise.all(Array.from({ length: UNDER_WAY }, worker))
}

const KINDS: Readonly<Record<string, () => Promise<void>>> = {
  'source-stream': sourceStream,
  'source-fetch': sourceFetch,
  'sink-send': sinkSend,
  'sink-produce': sinkProduce,
}
await KINDS[positionals[0] ?? '']?.()
process.stdout.write(progress.line(sum))
