import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import { DataInputView } from '../../../../../src/core/memory/data-input-view.js'
import { rowStreamSerializer } from '../../../../../src/core/types/row-stream-serializer.js'
import {
  structuredSerializer,
  structuredStreamSerializer,
} from '../../../../../src/core/types/structured-serializer.js'
import { ValueNotSerializableError } from '../../../../../src/core/types/value-not-serializable-error.js'
import { allocateBell } from '../../../../../src/runtime/protocol/doorbell-memory.js'
import {
  CONTROL_BYTES,
  PRIORITY_WORD,
  SLOT_HEADER_BYTES,
  allocateRing,
} from '../../../../../src/runtime/protocol/ring-memory.js'
import { RecordTooLargeError } from '../../../../../src/runtime/taskmanager/network/record-too-large-error.js'
import { RingChannelReader } from '../../../../../src/runtime/taskmanager/network/ring-channel-reader.js'
import {
  RingChannelWriter,
  type RingChannelWriterOptions,
} from '../../../../../src/runtime/taskmanager/network/ring-channel-writer.js'
import { ChannelRecorder } from '../../../../contract/runtime/channel-recorder.js'
import { testBarrier } from '../test-barriers.js'
import { anyText } from '../../../core/types/any-text.js'

const ASLEEP = 1

function createRing(slotSizeBytes = 256, slotCount = 4, options?: RingChannelWriterOptions) {
  const memory = allocateRing(slotSizeBytes, slotCount)
  const readerBell = allocateBell()
  const writerBell = allocateBell()
  return {
    memory,
    readerBell: new Int32Array(readerBell),
    writerBell: new Int32Array(writerBell),
    writer: new RingChannelWriter(memory, readerBell, structuredStreamSerializer(), options),
    reader: new RingChannelReader(memory, writerBell, structuredStreamSerializer()),
  }
}

describe('A ring channel', () => {
  it('carries a record of 64 MB', () => {
    const { writer, reader } = createRing(32_768, 16)
    const bytes = Buffer.alloc(64 * 2 ** 20, 7)
    bytes[12_345_678] = 8
    writer.writeRecord({ bytes }, 1, 2)
    const recorder = new ChannelRecorder()
    while (!writer.flush() || reader.hasData()) reader.drain(recorder, 0)
    const [record] = recorder.values as { bytes: Buffer }[]
    assert.ok(record?.bytes.equals(bytes))
  })

  it('carries more slots than it has, many times over', () => {
    const { writer, reader } = createRing(64, 3)
    const recorder = new ChannelRecorder()
    for (let index = 0; index < 5000; index += 1) {
      writer.writeRecord(index, 0, 0)
      writer.flush()
      reader.drain(recorder, 0)
    }
    assert.deepStrictEqual(
      recorder.values,
      Array.from({ length: 5000 }, (_, index) => index),
    )
  })

  it('refuses a record above the limit and everything after it', () => {
    const { writer } = createRing(256, 4, { maxRecordBytes: 1000 })
    writer.writeRecord('x'.repeat(900), 0, 0)
    assert.throws(() => {
      writer.writeRecord('x'.repeat(1000), 0, 0)
    }, RecordTooLargeError)
    assert.throws(() => {
      writer.writeRecord('small', 0, 0)
    }, RecordTooLargeError)
  })

  it('keeps no trace of a record that cannot be serialized', () => {
    const { writer, reader } = createRing()
    writer.writeRecord({ a: 1 }, 0, 0)
    assert.throws(() => {
      writer.writeRecord({ a: () => 1 }, 0, 0)
    }, ValueNotSerializableError)
    writer.writeRecord({ a: 2 }, 0, 0)
    writer.flush()
    const recorder = new ChannelRecorder()
    reader.drain(recorder, 0)
    assert.deepStrictEqual(recorder.values, [{ a: 1 }, { a: 2 }])
  })

  it('wakes a sleeping reader when it publishes, not when it only writes', () => {
    const { writer, readerBell } = createRing()
    Atomics.store(readerBell, 0, ASLEEP)
    writer.writeRecord(1, 0, 0)
    assert.equal(Atomics.load(readerBell, 0), ASLEEP)
    writer.flush()
    assert.equal(Atomics.load(readerBell, 0), 0)
  })

  it('wakes a sleeping writer only after it has asked for room', () => {
    const { writer, reader, writerBell } = createRing(64, 2)
    const recorder = new ChannelRecorder()
    writer.writeWatermark(1)
    Atomics.store(writerBell, 0, ASLEEP)
    reader.drain(recorder, 0)
    assert.equal(Atomics.load(writerBell, 0), ASLEEP, 'nobody waited')
    for (let time = 2; time < 6; time += 1) writer.writeWatermark(time)
    assert.equal(writer.isAvailable(), false)
    reader.drain(recorder, 0)
    assert.equal(Atomics.load(writerBell, 0), 0)
    assert.equal(writer.isAvailable(), false, 'one slot was freed, two events wait')
    reader.drain(recorder, 0)
    assert.equal(writer.isAvailable(), true)
  })

  it('names what waits also where a record gives the number of its own shape to another one', () => {
    const { writer, reader } = createRing(4096, 2)
    // The large ones go over the end of a slot, and use more numbers than there are.
    const values = Array.from({ length: 40 }, (_, n) => ({
      n,
      several: Array.from({ length: n % 2 === 0 ? 1 : 70 }, (_unused, index) => ({
        [`${String(n)} ${String(index)}`]: 1,
      })),
    }))
    for (const value of values) writer.writeRecord(value, 0, 0)
    const named = (): unknown[] => {
      const ofReader = reader.inFlight(structuredSerializer())
      return [ofReader, writer.inFlight(structuredSerializer(), ofReader.begun)].flatMap(({ bytes, offsets }) =>
        offsets
          .slice(0, -1)
          .map((start) => structuredSerializer().deserialize(new DataInputView(bytes.subarray(start + 12)))),
      )
    }
    assert.deepEqual(named(), values)
    const recorder = new ChannelRecorder()
    while (recorder.values.length < values.length) {
      reader.drain(recorder, 0)
      writer.flush()
      assert.deepEqual([...recorder.values, ...named()], values)
    }
  })

  it('leaves the word alone that is reserved for barriers that overtake records', () => {
    const { memory, writer, reader } = createRing()
    const control = new Int32Array(memory.buffer)
    for (let n = 0; n < 20; n += 1) {
      writer.writeRecord(n, 0, 0)
      writer.writeBarrier(testBarrier(n))
      while (reader.hasData()) reader.drain(new ChannelRecorder(), 0)
      assert.equal(Atomics.load(control, PRIORITY_WORD), 0)
    }
    reader.close()
    assert.equal(Atomics.load(control, PRIORITY_WORD), 0)
  })

  it('asserts the sequence numbers of slots', () => {
    const { writer, reader, memory } = createRing()
    writer.writeWatermark(1)
    new DataView(memory.buffer).setInt32(CONTROL_BYTES + 8, 17, true)
    const expected = { code: 'ASSERTION_FAILED', message: /slot 0 .* carries the number 17/ }
    assert.throws(() => {
      reader.drain(new ChannelRecorder(), 0)
    }, expected)
  })

  it('asserts the kind of slots', () => {
    const { writer, reader, memory } = createRing()
    writer.writeWatermark(1)
    new DataView(memory.buffer).setInt32(CONTROL_BYTES, 99, true)
    assert.throws(
      () => {
        reader.drain(new ChannelRecorder(), 0)
      },
      (error) => FlinkError.is(error, 'ASSERTION_FAILED'),
    )
  })

  it('fills a slot to its last byte', () => {
    const slotSizeBytes = 256
    const { writer, reader } = createRing(slotSizeBytes, 4)
    const recordBytes = (slotSizeBytes - SLOT_HEADER_BYTES) / 4
    // 12 bytes of time and hash, 1 of the serializer's header, 2 of the string's.
    for (let index = 0; index < 5; index += 1) writer.writeRecord('x'.repeat(recordBytes - 15), 0, 0)
    assert.equal(reader.queuedBuffers(), 1)
    writer.flush()
    assert.equal(reader.queuedBuffers(), 2)
    const recorder = new ChannelRecorder()
    reader.drain(recorder, 0)
    assert.equal(recorder.values.length, 4)
  })

  it('carries records of any size across the ends of slots, whatever fails to be serialized between them', () => {
    const text = fc.oneof(
      anyText({ maxLength: 120 }),
      fc.integer({ min: 0, max: 300 }).map((length) => 'x'.repeat(length)),
    )
    // A text reserves twice its length, so that many records leave the slot and come back to it.
    const step = fc.record({ text, fails: fc.nat(9).map((n) => n === 0), read: fc.option(fc.nat(5), { freq: 3 }) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const memory = allocateRing(256, 3)
        const writer = new RingChannelWriter(memory, allocateBell(), rowStreamSerializer())
        const reader = new RingChannelReader(memory, allocateBell(), rowStreamSerializer())
        const recorder = new ChannelRecorder()
        const written: unknown[] = []
        for (const [n, { text, fails, read }] of steps.entries()) {
          if (fails)
            assert.throws(() => writer.writeRecord({ n, text, wrong: () => n }, 0, 0), ValueNotSerializableError)
          else written.push({ n, text })
          if (!fails) writer.writeRecord({ n, text }, 0, 0)
          if (read === null) continue
          recorder.stopAfter = recorder.elements.length + read
          if (read > 2) writer.flush()
          reader.drain(recorder, 0)
        }
        recorder.stopAfter = Number.POSITIVE_INFINITY
        while (!writer.flush() || reader.hasData()) reader.drain(recorder, 0)
        assert.deepStrictEqual(recorder.values, written)
      }),
      { numRuns: 300 },
    )
  })

  it('frees a slot whose records were read, and one that the reader stopped in', () => {
    for (const stopAfter of [2, 1]) {
      const { writer, reader } = createRing(256, 2)
      for (let slot = 0; slot < 2; slot += 1) {
        for (const n of [1, 2]) writer.writeRecord(n, 0, 0)
        writer.flush()
      }
      writer.writeRecord(3, 0, 0)
      assert.equal(writer.flush(), false, 'both slots are full')
      const recorder = new ChannelRecorder()
      recorder.stopAfter = stopAfter
      reader.drain(recorder, 0)
      assert.equal(writer.isAvailable(), true)
      recorder.stopAfter = Number.POSITIVE_INFINITY
      while (reader.hasData()) reader.drain(recorder, 0)
      assert.deepStrictEqual(recorder.values, [1, 2, 1, 2, 3])
    }
  })

  it('gives nothing back that changes when the memory is written again', () => {
    const { writer, reader } = createRing(1024, 2)
    const recorder = new ChannelRecorder()
    const valueOf = (n: number) => ({
      bytes: Buffer.alloc(40, n),
      array: new Float64Array([n, n]),
      text: String.fromCharCode(65 + n).repeat(70),
      key: new Map([[`key ${String(n)}`, new Set([`element ${String(n)}`])]]),
    })
    for (let n = 0; n < 20; n += 1) {
      writer.writeRecord(valueOf(n), 0, 0)
      writer.flush()
      reader.drain(recorder, 0)
    }
    assert.deepStrictEqual(
      recorder.values,
      Array.from({ length: 20 }, (_, n) => valueOf(n)),
    )
  })
})
