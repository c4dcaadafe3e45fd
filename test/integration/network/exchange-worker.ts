/** One of two threads that send each other records over rings, as tasks do: works in turns and sleeps on its doorbell. */
import { parentPort, workerData } from 'node:worker_threads'
import { SeededRandom } from '../../../src/core/random/seeded-random.js'
import { rowStreamSerializer } from '../../../src/core/types/row-stream-serializer.js'
import type { RingMemory } from '../../../src/runtime/protocol/task-deployment.js'
import type { ChannelHandler } from '../../../src/runtime/taskmanager/network/channel.js'
import { DoorbellOwner } from '../../../src/runtime/taskmanager/network/doorbell.js'
import { RingChannelReader } from '../../../src/runtime/taskmanager/network/ring-channel-reader.js'
import { RingChannelWriter } from '../../../src/runtime/taskmanager/network/ring-channel-writer.js'

export interface ExchangeWorkerData {
  readonly seed: number
  readonly records: number
  readonly stalls: boolean
  readonly bell: SharedArrayBuffer
  readonly peerBell: SharedArrayBuffer
  readonly outgoing: RingMemory
  readonly incoming: RingMemory
}

export interface ExchangeResult {
  readonly sent: number
  readonly sentChecksum: number
  readonly received: number
  readonly receivedChecksum: number
  readonly outOfOrder: number
  readonly sleeps: number
}

interface ExchangedRecord {
  readonly id: number
  readonly key: string
  readonly value: number
  readonly ts: number
}

const BATCH = 64
const TURN_BATCHES = 40

class Exchange implements ChannelHandler {
  readonly #data: ExchangeWorkerData
  readonly #random: SeededRandom
  readonly #owner: DoorbellOwner
  readonly #writer: RingChannelWriter
  readonly #reader: RingChannelReader
  readonly #turn = (): void => {
    this.#runTurn()
  }
  #sent = 0
  #sentChecksum = 0
  #received = 0
  #receivedChecksum = 0
  #outOfOrder = 0
  #sleeps = 0
  #hasEnded = false
  #isDone = false
  #stopAt = 0

  constructor(data: ExchangeWorkerData) {
    this.#data = data
    this.#random = new SeededRandom(data.seed)
    this.#owner = new DoorbellOwner(data.bell)
    this.#writer = new RingChannelWriter(data.outgoing, data.peerBell, rowStreamSerializer())
    this.#reader = new RingChannelReader(data.incoming, data.peerBell, rowStreamSerializer())
    if (data.records === 0) this.#writer.writeEndOfPartition()
  }

  start(): void {
    setImmediate(this.#turn)
  }

  onRecord(value: unknown, timestamp: number, keyHash: number): void {
    const record = value as ExchangedRecord
    if (record.id !== this.#received || timestamp !== record.ts || keyHash !== record.id * 31) this.#outOfOrder += 1
    this.#received += 1
    this.#receivedChecksum = mix(this.#receivedChecksum, record)
  }

  onComingKeys(): void {
    // No state here.
  }

  onWatermark(timestamp: number): void {
    if (timestamp > this.#received) this.#outOfOrder += 1
  }

  onWatermarkStatus(): void {
    this.#outOfOrder += 1
  }

  onBarrier(): void {
    this.#outOfOrder += 1
  }

  onCancelBarrier(): void {
    this.#outOfOrder += 1
  }

  onIterationMarker(): void {
    this.#outOfOrder += 1
  }

  onEndOfData(): void {
    this.#outOfOrder += 1
  }

  onEndOfPartition(): void {
    this.#hasEnded = true
  }

  mayContinue(): boolean {
    return this.#received < this.#stopAt
  }

  #runTurn(): void {
    if (this.#isDone) return
    this.#owner.awake()
    let moved = true
    for (let batch = 0; moved && batch < TURN_BATCHES; batch += 1) {
      moved = this.#write()
      if (this.#reader.hasData()) {
        this.#stopAt = this.#received + 1 + (this.#data.stalls ? this.#random.nextInt(100) : 10_000)
        this.#reader.drain(this, 0)
        moved = true
      }
    }
    this.#finishTurn(moved)
  }

  #finishTurn(moved: boolean): void {
    if (this.#hasEnded && this.#allSent && !this.#writer.hasPending()) {
      this.#report()
    } else if (this.#data.stalls && this.#random.nextInt(200) === 0) {
      setTimeout(this.#turn, this.#random.nextInt(3))
    } else if (moved) {
      setImmediate(this.#turn)
    } else {
      this.#writer.flush()
      this.#sleeps += 1
      if (!this.#owner.sleep(() => this.#hasWork(), this.#turn)) setImmediate(this.#turn)
    }
  }

  get #allSent(): boolean {
    return this.#sent === this.#data.records
  }

  #hasWork(): boolean {
    const canWrite = (!this.#allSent || this.#writer.hasPending()) && this.#writer.isAvailable()
    return canWrite || this.#reader.hasData() || (this.#hasEnded && this.#allSent && !this.#writer.hasPending())
  }

  #write(): boolean {
    if (this.#allSent || !this.#writer.isAvailable()) return false
    const end = Math.min(this.#data.records, this.#sent + BATCH)
    for (; this.#sent < end; this.#sent += 1) {
      const id = this.#sent
      const record = { id, key: `user-${String((id * 7919) % 100_000)}`, value: id * 0.37, ts: 1_700_000_000_000 + id }
      this.#writer.writeRecord(record, record.ts, id * 31)
      this.#sentChecksum = mix(this.#sentChecksum, record)
    }
    if (this.#data.stalls && this.#random.nextInt(20) === 0) this.#writer.writeWatermark(this.#sent)
    if (this.#allSent) this.#writer.writeEndOfPartition()
    return true
  }

  #report(): void {
    this.#isDone = true
    const result: ExchangeResult = {
      sent: this.#sent,
      sentChecksum: this.#sentChecksum,
      received: this.#received,
      receivedChecksum: this.#receivedChecksum,
      outOfOrder: this.#outOfOrder,
      sleeps: this.#sleeps,
    }
    parentPort?.postMessage(result)
    parentPort?.close()
  }
}

function mix(sum: number, record: ExchangedRecord): number {
  const key = record.key.charCodeAt(record.key.length - 1) + record.key.length
  return (Math.imul(sum, 31) + record.id + key + (record.value | 0)) | 0
}

parentPort?.on('message', () => undefined)
new Exchange(workerData as ExchangeWorkerData).start()
