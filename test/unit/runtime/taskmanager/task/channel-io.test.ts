import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { allocateBell } from '../../../../../src/runtime/protocol/doorbell-memory.js'
import { TAIL_WORD, allocateRing } from '../../../../../src/runtime/protocol/ring-memory.js'
import type { ChannelDescriptor, EdgeDescriptor } from '../../../../../src/runtime/protocol/task-deployment.js'
import {
  channelIo,
  type ChannelIoInput,
  type OutputIo,
} from '../../../../../src/runtime/taskmanager/task/channel-io.js'
import { InputInterrupt } from '../../../../../src/runtime/taskmanager/network/input-interrupt.js'
import { LocalChannel } from '../../../../../src/runtime/taskmanager/network/local-channel.js'
import { RecordWriter } from '../../../../../src/runtime/taskmanager/network/record-writer.js'

const SOURCE: ChannelIoInput = {
  input: undefined,
  outputs: [],
  inputEdges: [],
  outputEdges: [],
  queuedLocally: () => 0,
  readers: [],
  writers: [],
  waitingWriters: [],
}

function output(operatorName: string, sideOutput: string | undefined, records: number): OutputIo {
  const partitioner = { keyHash: 0, selectChannel: () => -1 }
  const interrupt = new InputInterrupt()
  const writer = new RecordWriter({ channels: [], partitioner, operatorName, interrupt, bufferTimeoutMs: -1 })
  for (let record = 0; record < records; record += 1) writer.emit(record, 0)
  return { operatorName, sideOutput, writer }
}

function edge(...channels: readonly ChannelDescriptor[]): EdgeDescriptor {
  return { edgeId: 'edge', channels, peers: [], peerParallelism: 1, peerMaxParallelism: 1 }
}

/** A ring of which this many slots are written and not read. */
function ring(slotCount: number, queued: number): ChannelDescriptor {
  const memory = allocateRing(64, slotCount)
  Atomics.store(new Int32Array(memory.buffer), TAIL_WORD, queued)
  return { kind: 'ring', memory, peerBell: allocateBell() }
}

describe('The counts of channels', () => {
  it('take records once that several edges carry, and those of side outputs besides', () => {
    const outputs = [output('map', undefined, 5), output('map', undefined, 5), output('map', 'late', 2)]
    const counts = channelIo({ ...SOURCE, outputs })()
    assert.equal(counts.numRecordsOut, 7)
    assert.deepEqual(counts.operators, {
      'map.numRecordsOut': 5,
      'map.currentOutputWatermark': '-9223372036854775808',
    })
  })

  it('take buffers of rings and of channels within the worker; only rings have a size to measure usage by', () => {
    const local: ChannelDescriptor = { kind: 'local', key: 'a', siblings: 1 }
    const outputEdges = [edge(ring(4, 1), ring(4, 3)), edge(local)]
    const counts = channelIo({ ...SOURCE, outputEdges, queuedLocally: () => 6 })()
    assert.deepEqual(counts.output, { queueLength: 10, poolUsage: 0.5 })
    assert.equal(counts.input, undefined)
    const onlyLocal = channelIo({ ...SOURCE, outputEdges: [edge(local)], queuedLocally: () => 6 })()
    assert.deepEqual(onlyLocal.output, { queueLength: 6, poolUsage: undefined })
  })

  it('take the records of all inputs and the smallest watermark, and tell those of each where there are several', () => {
    const input = { operatorName: 'join', inputRecords: () => [3, 4], inputWatermarks: () => [20, 10] }
    const { operators, ...counts } = channelIo({ ...SOURCE, input })()
    assert.equal(counts.numRecordsIn, 7)
    assert.equal(counts.currentInputWatermark, 10)
    assert.deepEqual(operators, {
      'join.numRecordsIn': 7,
      'join.currentInputWatermark': '10',
      'join.numRecordsIn1': 3,
      'join.numRecordsIn2': 4,
      'join.currentInput1Watermark': '20',
      'join.currentInput2Watermark': '10',
    })
    const one = channelIo({ ...SOURCE, input: { ...input, inputRecords: () => [7], inputWatermarks: () => [10] } })()
    assert.deepEqual(Object.keys(one.operators), ['join.numRecordsIn', 'join.currentInputWatermark'])
  })

  it('take what waits in the channels that leave the task and in those in front of its operators', () => {
    const { writer } = new LocalChannel({
      onData: () => undefined,
      onRoom: () => undefined,
      copier: { copy: (value) => value },
      capacity: { batchRecords: 1, batches: 1 },
    })
    const full = channelIo({ ...SOURCE, writers: [writer], waitingWriters: [writer] })
    for (let n = 0; n < 3; n += 1) writer.writeRecord({ n }, n, n)
    assert.ok(writer.waitingBytes > 12)
    assert.equal(full().waitingBytes, 2 * writer.waitingBytes)
    assert.equal(channelIo(SOURCE)().waitingBytes, undefined)
  })

  it('take bytes of the channels that count them', () => {
    const readers = [{ numBytes: 10, numBuffers: 1 }, {}, { numBytes: 32, numBuffers: 2 }]
    const counts = channelIo({ ...SOURCE, readers, waitingWriters: [] })()
    assert.deepEqual(counts.trafficIn, { numBytes: 42, numBuffers: 3 })
    assert.equal(counts.trafficOut, undefined)
  })
})
