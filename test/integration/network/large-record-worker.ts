/** One of two threads: the first sends a large record between small ones over a ring, the second reads slowly. */
import { createHash } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { rowStreamSerializer } from '../../../src/core/types/row-stream-serializer.js'
import type { RingMemory } from '../../../src/runtime/protocol/task-deployment.js'
import type { ChannelHandler } from '../../../src/runtime/taskmanager/network/channel.js'
import { DoorbellOwner } from '../../../src/runtime/taskmanager/network/doorbell.js'
import { InputInterrupt } from '../../../src/runtime/taskmanager/network/input-interrupt.js'
import { RecordWriter } from '../../../src/runtime/taskmanager/network/record-writer.js'
import { RingChannelReader } from '../../../src/runtime/taskmanager/network/ring-channel-reader.js'
import { RingChannelWriter } from '../../../src/runtime/taskmanager/network/ring-channel-writer.js'

export interface LargeRecordWorkerData {
  readonly role: 'sender' | 'receiver'
  readonly ring: RingMemory
  readonly bell: SharedArrayBuffer
  readonly peerBell: SharedArrayBuffer
  readonly recordBytes: number
  readonly limitBytes: number
}

export interface SenderReport {
  /** How often there was no room. */
  readonly waits: number
  readonly digest: string
  /** Code and details of what the large record led to. */
  readonly refusal: { readonly code: string; readonly details: unknown } | undefined
}

export interface ReceiverReport {
  /** Small records as they are, large ones by their digest. */
  readonly records: readonly unknown[]
  readonly inOrder: boolean
}

interface LargeRecord {
  readonly id: number
  readonly bytes: Buffer
  readonly text: string
}

const SMALL_BEFORE = 3000

const data = workerData as LargeRecordWorkerData
const owner = new DoorbellOwner(data.bell)

function digestOf({ id, bytes, text }: LargeRecord): string {
  return createHash('sha256')
    .update(`${String(id)} `)
    .update(bytes)
    .update(text, 'utf16le')
    .digest('hex')
}

/** Half of it bytes, half of it a text of one byte a character. */
function largeRecord(sizeBytes: number): LargeRecord {
  const bytes = Buffer.alloc(sizeBytes / 2)
  for (let index = 0; index < bytes.length; index += 4) bytes.writeUInt32LE(Math.imul(index, 2654435761) >>> 0, index)
  return { id: 1, bytes, text: bytes.toString('hex', 0, sizeBytes / 4) }
}

function send(): void {
  const serializer = rowStreamSerializer()
  const channel = new RingChannelWriter(data.ring, data.peerBell, serializer, { maxRecordBytes: data.limitBytes })
  const partitioner = { selectChannel: () => 0, keyHash: 0 }
  const interrupt = new InputInterrupt()
  const writer = new RecordWriter({
    channels: [channel],
    partitioner,
    operatorName: 'Big',
    interrupt,
    bufferTimeoutMs: -1,
  })
  const large = largeRecord(data.recordBytes)
  let waits = 0
  let refusal: SenderReport['refusal']
  for (let id = 0; id < SMALL_BEFORE; id += 1) writer.emit({ count: id }, id)
  try {
    writer.emit(large, SMALL_BEFORE)
    writer.emit({ count: -1 }, SMALL_BEFORE + 1)
  } catch (error) {
    if (!FlinkError.is(error, 'RECORD_TOO_LARGE')) throw error
    refusal = { code: error.code, details: error.details }
  }
  writer.broadcastEndOfPartition()
  const turn = (): void => {
    owner.awake()
    if (writer.flush()) {
      parentPort?.postMessage({ waits, digest: digestOf(large), refusal } satisfies SenderReport)
      parentPort?.close()
      return
    }
    waits += 1
    if (!owner.sleep(() => writer.isAvailable(), turn)) setImmediate(turn)
  }
  turn()
}

function receive(): void {
  const reader = new RingChannelReader(data.ring, data.peerBell, rowStreamSerializer())
  const records: unknown[] = []
  let next = 0
  let inOrder = true
  let hasEnded = false
  const notHere = (): void => {
    inOrder = false
  }
  const handler: ChannelHandler = {
    onRecord: (value, timestamp) => {
      if (timestamp !== next) inOrder = false
      next += 1
      if ('bytes' in (value as object)) records.push(digestOf(value as LargeRecord))
      else if (next > SMALL_BEFORE) records.push(value)
    },
    onEndOfPartition: () => {
      hasEnded = true
    },
    onComingKeys: () => undefined,
    onWatermark: notHere,
    onWatermarkStatus: notHere,
    onBarrier: notHere,
    onCancelBarrier: notHere,
    onIterationMarker: notHere,
    onEndOfData: notHere,
    mayContinue: () => true,
  }
  const turn = (): void => {
    owner.awake()
    // A slot a turn: the writer is always ahead and has to wait.
    reader.drain(handler, 0)
    if (hasEnded) {
      parentPort?.postMessage({ records, inOrder } satisfies ReceiverReport)
      parentPort?.close()
    } else if (reader.hasData() || !owner.sleep(() => reader.hasData(), turn)) {
      setImmediate(turn)
    }
  }
  turn()
}

parentPort?.on('message', () => undefined)
if (data.role === 'sender') send()
else receive()
