/** The brokers in memory with what producers ask of them: producer ids, transactions, and batches that are written. */
import * as kafka from '@platformatic/kafka'
import { StubKafka } from './stub-kafka.js'

interface StubTransaction {
  producerId: number
  epoch: number
  state: string
  readonly partitions: Set<string>
}

/** A batch of a request. */
export interface WrittenBatch {
  readonly topic: string
  readonly partition: number
  readonly nodeId: number
  readonly transactionalId: string | null
  readonly producerId: number
  readonly sequence: number
  readonly values: readonly string[]
  readonly messages: readonly kafka.KafkaRecord[]
}

interface Produced {
  readonly transactionalId: string | null
  readonly topics: readonly {
    readonly name: string
    readonly partitions: readonly { readonly partition: number; readonly bytes: Buffer }[]
  }[]
}

const PRODUCE = 0
const NOT_LEADER = 6
const INVALID_PRODUCER_EPOCH = 47

export class StubProducers extends StubKafka {
  readonly transactions = new Map<string, StubTransaction>()
  readonly written: WrittenBatch[] = []
  /** Gives the code of an error in place of writing. */
  refuses: (batch: WrittenBatch) => number | undefined = () => undefined
  /** What it says of a record of a batch that it refuses. */
  refusalWords: string | undefined
  /** Loses the answer to a batch that is written. */
  loses: (batch: WrittenBatch) => boolean = () => false
  mostTimeoutMs = Number.POSITIVE_INFINITY
  listsTransactions = true
  /** Undefined: nobody may know. */
  mostMessageBytes: number | undefined
  /** Topics that are made when a producer asks for them. */
  makesTopics = false
  #producerIds = 1000
  readonly #sequences = new Map<string, number>()

  constructor() {
    super()
    const api = this.apiOf.bind(this)
    Object.assign(this.library, {
      initProducerIdV4: api('initProducerId', (id: string | null, timeoutMs: number) => this.#init(id, timeoutMs)),
      addPartitionsToTxnV3: api('addPartitions', (all: never) => this.#add(all)),
      endTxnV3: api('endTxn', (id: string, producerId: bigint, epoch: number, commits: boolean) =>
        this.#end({ id, producerId: Number(producerId), epoch }, commits),
      ),
      apiVersionsV3: api('apiVersions', () => ({ apiKeys: this.listsTransactions ? [{ apiKey: 66 }] : [] })),
      describeConfigsV4: api('describeConfigs', () => {
        if (this.mostMessageBytes === undefined) throw new kafka.ProtocolError('TOPIC_AUTHORIZATION_FAILED')
        const limit = { name: 'max.message.bytes', value: String(this.mostMessageBytes) }
        return { results: [{ configs: [limit] }] }
      }),
      listTransactionsV0: api('listTransactions', (states: readonly string[]) => ({
        transactionStates: [...this.transactions]
          .filter(([, { state }]) => states.length === 0 || states.includes(state))
          .map(([transactionalId, { producerId, state }]) => ({
            ...{ transactionalId, producerId: BigInt(producerId), transactionState: state },
          })),
      })),
    })
  }

  /** What readers of committed records see, in the order of writing. */
  visible(topic: string): readonly string[] {
    const isCommitted = ({ transactionalId, producerId }: WrittenBatch): boolean =>
      transactionalId === null || this.#ends.get(`${transactionalId} ${String(producerId)}`) === 'commit'
    return this.written.filter((batch) => batch.topic === topic && isCommitted(batch)).flatMap(({ values }) => values)
  }

  stateOf(transactionalId: string): string | undefined {
    return this.transactions.get(transactionalId)?.state
  }

  open(): readonly string[] {
    return [...this.transactions].filter(([, { state }]) => state === 'Ongoing').map(([id]) => id)
  }

  override fetched(nodeId: number, args: readonly unknown[]): void {
    const [apiKey] = args as [number]
    if (apiKey !== PRODUCE) {
      super.fetched(nodeId, args)
      return
    }
    const [, , payload, parser, , , done] = args as [
      number,
      number,
      () => { readonly buffer: Buffer },
      (id: number, key: number, version: number, reader: kafka.Reader) => unknown,
      boolean,
      boolean,
      (error: Error | null, answer?: unknown) => void,
    ]
    setImmediate(() => {
      try {
        this.asked('produce', nodeId)
        const answer = this.#produced(producedIn(payload().buffer), nodeId)
        done(null, parser(0, PRODUCE, 9, kafka.Reader.from(answer)))
      } catch (error) {
        done(error as Error)
      }
    })
  }

  readonly #ends = new Map<string, 'commit' | 'abort'>()

  #produced({ transactionalId, topics }: Produced, nodeId: number): Buffer {
    let isLost = false
    const answered = topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partition, bytes }) => {
        const batch = writtenIn(bytes, { topic: name, partition, nodeId, transactionalId })
        const code = this.#codeOf(batch, bytes)
        isLost ||= this.loses(batch)
        return { partition, code }
      }),
    }))
    if (isLost) throw new kafka.NetworkError('Connection closed')
    const writer = kafka.Writer.create()
    writer.appendArray(answered, (w, { name, partitions }) => {
      w.appendString(name).appendArray(partitions, (each, { partition, code }) => {
        each.appendInt32(partition).appendInt16(code).appendInt64(0n).appendInt64(-1n).appendInt64(0n)
        const ofRecords = code === 0 || this.refusalWords === undefined ? [] : [this.refusalWords]
        each.appendArray(ofRecords, (record, words) => record.appendInt32(0).appendString(words)).appendString(null)
      })
    })
    return writer.appendInt32(0).appendTaggedFields().buffer
  }

  #codeOf(batch: WrittenBatch, bytes: Buffer): number {
    const { topic, partition, nodeId, transactionalId } = batch
    if (this.topics.get(topic)?.partitions[partition]?.leader !== nodeId) return NOT_LEADER
    const refused = this.refuses(batch)
    if (refused !== undefined) return refused
    if (transactionalId !== null) {
      const transaction = this.transactions.get(transactionalId)
      const isOwn = transaction?.producerId === batch.producerId && transaction.epoch === epochIn(bytes)
      if (!isOwn) return INVALID_PRODUCER_EPOCH
      if (!transaction.partitions.has(`${topic}-${String(partition)}`)) return 48
    }
    if (batch.sequence >= 0) {
      const key = `${String(batch.producerId)} ${String(epochIn(bytes))} ${topic}-${String(partition)}`
      const next = this.#sequences.get(key) ?? 0
      if (batch.sequence < next) return 46
      if (batch.sequence > next) return 45
      this.#sequences.set(key, next + batch.values.length)
    }
    this.written.push(batch)
    return 0
  }

  #init(id: string | null, timeoutMs: number): { producerId: bigint; producerEpoch: number } {
    if (timeoutMs > this.mostTimeoutMs) throw new kafka.ProtocolError('INVALID_TRANSACTION_TIMEOUT')
    if (id === null) return { producerId: BigInt((this.#producerIds += 1)), producerEpoch: 0 }
    const known = this.transactions.get(id)
    if (known === undefined) {
      const producerId = (this.#producerIds += 1)
      this.transactions.set(id, { producerId, epoch: 0, state: 'Empty', partitions: new Set() })
      return { producerId: BigInt(producerId), producerEpoch: 0 }
    }
    if (known.state === 'Ongoing') this.#ends.set(`${id} ${String(known.producerId)}`, 'abort')
    known.partitions.clear()
    known.state = 'Empty'
    known.epoch += 1
    return { producerId: BigInt(known.producerId), producerEpoch: known.epoch }
  }

  #add([given]: readonly {
    transactionalId: string
    producerId: bigint
    producerEpoch: number
    topics: readonly { name: string; partitions: readonly number[] }[]
  }[]): unknown {
    if (given === undefined) return {}
    const transaction = this.#own({
      ...{ id: given.transactionalId, producerId: Number(given.producerId), epoch: given.producerEpoch },
    })
    for (const { name, partitions } of given.topics) {
      for (const partition of partitions) transaction.partitions.add(`${name}-${String(partition)}`)
    }
    transaction.state = 'Ongoing'
    return {}
  }

  #end(name: { id: string; producerId: number; epoch: number }, commits: boolean): unknown {
    const transaction = this.#own(name)
    const state = commits ? 'CompleteCommit' : 'CompleteAbort'
    if (transaction.state !== 'Ongoing' && transaction.state !== state)
      throw new kafka.ProtocolError('INVALID_TXN_STATE')
    this.#ends.set(`${name.id} ${String(name.producerId)}`, commits ? 'commit' : 'abort')
    transaction.state = state
    return {}
  }

  #own({ id, producerId, epoch }: { id: string; producerId: number; epoch: number }): StubTransaction {
    const transaction = this.transactions.get(id)
    if (transaction?.producerId !== producerId) throw new kafka.ProtocolError('INVALID_PRODUCER_ID_MAPPING')
    if (transaction.epoch !== epoch) throw new kafka.ProtocolError('PRODUCER_FENCED')
    return transaction
  }
}

function producedIn(payload: Buffer): Produced {
  const reader = kafka.Reader.from(payload)
  const transactionalId = reader.readNullableString() ?? null
  reader.skip(2 + 4)
  const topics = reader.readArray((r) => ({
    name: r.readString(),
    partitions: r.readArray((p) => ({ partition: p.readInt32(), bytes: Buffer.from(p.readBytes()) })),
  }))
  return { transactionalId, topics }
}

function writtenIn(
  bytes: Buffer,
  place: Pick<WrittenBatch, 'topic' | 'partition' | 'nodeId' | 'transactionalId'>,
): WrittenBatch {
  const batch = kafka.readRecordsBatch(kafka.Reader.from(bytes))
  const values = batch.records.map(({ value }) => Buffer.from(value ?? []).toString())
  const [producerId, sequence] = [Number(batch.producerId), batch.firstSequence]
  return { ...place, producerId, sequence, values, messages: batch.records }
}

function epochIn(bytes: Buffer): number {
  return bytes.readInt16BE(51)
}
