import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { ValueNotSerializableError } from '../../../src/core/types/value-not-serializable-error.js'
import type { ChannelReader, ChannelWriter } from '../../../src/runtime/taskmanager/network/channel.js'
import { MAX_WATERMARK, NO_TIMESTAMP } from '../../../src/runtime/taskmanager/network/stream-element.js'
import { announcedTests } from './channel-announced.contract.js'
import { inFlightTests } from './channel-in-flight.contract.js'
import { ChannelRecorder } from './channel-recorder.js'
import { testBarrier } from '../../unit/runtime/taskmanager/test-barriers.js'

export interface ChannelUnderTest {
  readonly writer: ChannelWriter
  readonly reader: ChannelReader
  /** Lets the worker of the writer sleep; what it gives back says whether the reader woke it since. */
  readonly letWriterSleep: () => () => boolean
}

const CHANNEL = 3

/** What every channel keeps, whatever lies between its ends. `create`: of channels in which barriers may overtake. */
export function channelContract(name: string, create: () => ChannelUnderTest): void {
  describe(`A ${name}`, () => {
    describe('delivers', () => {
      deliveryTests(create)
    })
    describe('under back pressure', () => {
      backPressureTests(create)
    })
    describe('with a reader that stops', () => {
      stoppingTests(create)
    })
    describe('names as in flight', () => {
      inFlightTests(create)
    })
    describe('shows a barrier that overtakes', () => {
      announcedTests(create)
    })
    describe('with a reader that is gone', () => {
      closedReaderTests(create)
    })
  })
}

function deliveryTests(create: () => ChannelUnderTest): void {
  it('records in order, with timestamp and hash', () => {
    const { writer, reader } = create()
    writer.writeRecord({ a: 1 }, 5, -7)
    writer.writeRecord('two', NO_TIMESTAMP, 2 ** 31 - 1)
    writer.writeRecord(undefined, -0.5, -(2 ** 31))
    writer.flush()
    assert.deepStrictEqual(drainAll(reader).elements, [
      ['record', { a: 1 }, 5, -7],
      ['record', 'two', NO_TIMESTAMP, 2 ** 31 - 1],
      ['record', undefined, -0.5, -(2 ** 31)],
    ])
  })

  it('records as they were when they were written, whatever the writer and other readers do with them', () => {
    const { writer, reader } = create()
    const record = { n: 0, tags: ['a'], at: new Date(0), by: new Map([['k', { n: 0 }]]) }
    for (let n = 1; n <= 3; n += 1) {
      record.n = n
      record.tags[0] = `tag ${String(n)}`
      record.at.setTime(n)
      record.by.set('k', { n })
      writer.writeRecord(record, 0, 0)
    }
    record.n = -1
    record.tags.push('late')
    const { values } = pump(writer, reader)
    const expected = [1, 2, 3].map((n) => ({
      n,
      tags: [`tag ${String(n)}`],
      at: new Date(n),
      by: new Map([['k', { n }]]),
    }))
    assert.deepStrictEqual(values, expected)
    assert.ok(values.every((value) => value !== record))
  })

  it('only what can travel: a function is refused by the writer, which goes on', () => {
    const { writer, reader } = create()
    writer.writeRecord({ f: 1 }, 0, 0)
    for (const refused of [() => 1, Symbol('s'), { f: () => 1 }, { f: new (class Account {})() }]) {
      assert.throws(() => {
        writer.writeRecord(refused, 0, 0)
      }, ValueNotSerializableError)
    }
    writer.writeRecord('after', 0, 0)
    assert.deepStrictEqual(pump(writer, reader).values, [{ f: 1 }, 'after'])
  })

  it('nothing before the flush and everything after it', () => {
    const { writer, reader } = create()
    assert.equal(writer.hasPending(), false)
    writer.writeRecord(1, 0, 0)
    assert.equal(writer.hasPending(), true)
    assert.equal(reader.hasData(), false)
    assert.equal(writer.flush(), true)
    assert.equal(writer.hasPending(), false)
    assert.equal(reader.hasData(), true)
    assert.ok(reader.queuedBuffers() > 0)
    assert.deepStrictEqual(drainAll(reader).values, [1])
    assert.equal(reader.hasData(), false)
    assert.equal(reader.queuedBuffers(), 0)
  })

  it('every kind of event after the records that were written before it', () => {
    const { writer, reader } = create()
    writer.writeRecord(1, 1, 1)
    writer.writeWatermark(12.5)
    writer.writeWatermark(MAX_WATERMARK)
    writer.writeWatermarkStatus('idle')
    writer.writeWatermarkStatus('active')
    writer.writeRecord(2, 2, 2)
    writer.writeBarrier(testBarrier(2 ** 40, {}, 1_700_000_000_123))
    writer.writeCancelBarrier(9)
    writer.writeRecord(3, 3, 3)
    writer.writeIterationMarker(7)
    writer.writeEndOfData()
    writer.writeEndOfPartition()
    assert.deepStrictEqual(pump(writer, reader).elements, [
      ['record', 1, 1, 1],
      ['watermark', 12.5, CHANNEL],
      ['watermark', MAX_WATERMARK, CHANNEL],
      ['status', 'idle', CHANNEL],
      ['status', 'active', CHANNEL],
      ['record', 2, 2, 2],
      ['barrier', testBarrier(2 ** 40, {}, 1_700_000_000_123), CHANNEL],
      ['cancel', 9, CHANNEL],
      ['record', 3, 3, 3],
      ['iteration marker', 7, CHANNEL],
      ['end of data', CHANNEL],
      ['end of partition', CHANNEL],
    ])
  })

  it('watermarks among records in the same buffer, and one by itself at once', () => {
    const { writer, reader } = create()
    writer.writeWatermark(0)
    assert.equal(reader.queuedBuffers(), 1)
    writer.writeRecord(1, 1, 1)
    writer.writeWatermark(1)
    assert.equal(reader.queuedBuffers(), 1)
    writer.writeRecord(2, 2, 2)
    assert.deepStrictEqual(pump(writer, reader).elements, [
      ['watermark', 0, CHANNEL],
      ['record', 1, 1, 1],
      ['watermark', 1, CHANNEL],
      ['record', 2, 2, 2],
    ])
  })

  it('barriers with paths that are longer than any buffer, each as one event, between others', () => {
    const { writer, reader } = create()
    const paths = [1, 3, 40].map((kilobytes) => `file:/${'d'.repeat(1000 * kilobytes)}`)
    const barriers = paths.map((directoryUri, index) => {
      const location = { kind: 'file', directoryUri, inlineThresholdBytes: 0 } as const
      return testBarrier(index, { kind: 'savepoint', location, stop: 'drain' })
    })
    for (const barrier of barriers) {
      writer.writeRecord(barrier.checkpointId, 0, 0)
      writer.writeBarrier(barrier)
      writer.writeWatermark(1)
    }
    const expected = barriers.flatMap((barrier) => [
      ['record', barrier.checkpointId, 0, 0],
      ['barrier', barrier, CHANNEL],
      ['watermark', 1, CHANNEL],
    ])
    assert.deepStrictEqual(pump(writer, reader).elements, expected)
  })

  it('one event a drain, so that a barrier can block the channel at once', () => {
    const { writer, reader } = create()
    writer.writeBarrier(testBarrier(1))
    writer.writeBarrier(testBarrier(2))
    const recorder = new ChannelRecorder()
    reader.drain(recorder, CHANNEL)
    assert.equal(recorder.elements.length, 1)
    reader.drain(recorder, CHANNEL)
    assert.equal(recorder.elements.length, 2)
  })

  it('nothing to a drain without data', () => {
    const { reader } = create()
    assert.equal(drainAll(reader).elements.length, 0)
  })

  it('records that are larger than any buffer between small ones', () => {
    const { writer, reader } = create()
    const large = 'x'.repeat(1_000_000)
    const written = ['before', large, 'between', { large }, 'after']
    for (const value of written) writer.writeRecord(value, 0, 0)
    assert.deepStrictEqual(pump(writer, reader).values, written)
  })

  it('nothing more after the reader was closed', () => {
    const { writer, reader } = create()
    writer.writeRecord(1, 0, 0)
    writer.flush()
    reader.close()
    reader.close()
    assert.equal(reader.hasData(), false)
    assert.equal(drainAll(reader).elements.length, 0)
    writer.writeRecord(2, 0, 0)
    writer.flush()
    writer.close()
    writer.close()
  })
}

function backPressureTests(create: () => ChannelUnderTest): void {
  it('the writer becomes unavailable and available again when the reader has read', () => {
    const { writer, reader } = create()
    const written = writeUntilUnavailable(writer)
    const recorder = new ChannelRecorder()
    while (reader.hasData()) {
      reader.drain(recorder, CHANNEL)
      writer.isAvailable()
    }
    assert.equal(writer.isAvailable(), true)
    writer.flush()
    drainAll(reader, recorder)
    assert.deepStrictEqual(recorder.values, written)
  })

  it('what is written while unavailable waits its turn, events too', () => {
    const { writer, reader } = create()
    const written: unknown[] = writeUntilUnavailable(writer)
    writer.writeWatermark(7)
    writer.writeRecord('late', 0, 0)
    writer.writeBarrier(testBarrier(1, {}, 2))
    const { elements } = pump(writer, reader)
    assert.deepStrictEqual(elements.slice(written.length), [
      ['watermark', 7, CHANNEL],
      ['record', 'late', 0, 0],
      ['barrier', testBarrier(1, {}, 2), CHANNEL],
    ])
    assert.equal(elements.length, written.length + 3)
  })

  it('any sequence of writes, flushes and partial reads keeps the order and loses nothing', () => {
    const action = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({ kind: fc.constant('write' as const), count: fc.integer({ min: 1, max: 400 }) }),
      },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('event' as const), count: fc.nat(3) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('flush' as const), count: fc.constant(0) }) },
      {
        weight: 4,
        arbitrary: fc.record({ kind: fc.constant('read' as const), count: fc.integer({ min: 1, max: 500 }) }),
      },
    )
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const { writer, reader } = create()
        const recorder = new ChannelRecorder()
        const expected: unknown[] = []
        for (const { kind, count } of actions) {
          if (kind === 'write') expected.push(...writeMany(writer, expected.length, count))
          else if (kind === 'event') expected.push(...writeWatermarks(writer, count))
          else if (kind === 'flush') writer.flush()
          else readSome(reader, recorder, count)
        }
        recorder.stopAfter = Number.POSITIVE_INFINITY
        pump(writer, reader, recorder)
        assert.deepStrictEqual(recorder.elements, expected)
      }),
      { numRuns: 60 },
    )
  })
}

function stoppingTests(create: () => ChannelUnderTest): void {
  it('goes on after the record where the reader stopped', () => {
    const { writer, reader } = create()
    const written = Array.from({ length: 100 }, (_, index) => ({ index }))
    for (const value of written) writer.writeRecord(value, 0, 0)
    writer.writeEndOfData()
    const recorder = new ChannelRecorder()
    for (let stop = 1; stop <= 100; stop += 7) {
      recorder.stopAfter = stop
      while (recorder.mayContinue()) {
        writer.isAvailable()
        reader.drain(recorder, CHANNEL)
      }
      assert.equal(recorder.elements.length, stop)
      assert.equal(reader.hasData() || writer.hasPending(), true)
    }
    recorder.stopAfter = Number.POSITIVE_INFINITY
    pump(writer, reader, recorder)
    assert.deepStrictEqual(recorder.values, written)
    assert.deepStrictEqual(recorder.elements.at(-1), ['end of data', CHANNEL])
  })

  it('delivers nothing to a reader that wants nothing', () => {
    const { writer, reader } = create()
    writer.writeRecord(1, 0, 0)
    writer.flush()
    const recorder = new ChannelRecorder()
    recorder.stopAfter = 0
    reader.drain(recorder, CHANNEL)
    assert.equal(recorder.elements.length, 0)
    assert.equal(reader.hasData(), true)
  })

  it('keeps its place when the handler throws: the record is not delivered again', () => {
    const { writer, reader } = create()
    for (const value of ['a', 'bad', 'c']) writer.writeRecord(value, 0, 0)
    writer.flush()
    const recorder = new ChannelRecorder()
    const original = recorder.onRecord.bind(recorder)
    recorder.onRecord = (value, timestamp, keyHash) => {
      if (value === 'bad') throw new Error('refused')
      original(value, timestamp, keyHash)
    }
    assert.throws(() => pump(writer, reader, recorder), /refused/)
    pump(writer, reader, recorder)
    assert.deepStrictEqual(recorder.values, ['a', 'c'])
  })
}

function closedReaderTests(create: () => ChannelUnderTest): void {
  it('the writer drops what it is given and never waits', () => {
    const { writer, reader } = create()
    reader.close()
    assertNeverWaits(writer)
    assert.equal(reader.hasData(), false)
  })

  it('the writer drops what waits already and is woken', () => {
    const { writer, reader, letWriterSleep } = create()
    writeUntilUnavailable(writer)
    writer.writeBarrier(testBarrier(1))
    assert.equal(writer.isAvailable(), false)
    const wasWoken = letWriterSleep()
    reader.close()
    assert.equal(wasWoken(), true)
    assert.equal(writer.isAvailable(), true)
    assertNeverWaits(writer)
  })

  it('the writer is woken as well when the reader stopped between records', () => {
    const { writer, reader, letWriterSleep } = create()
    writeUntilUnavailable(writer)
    const recorder = new ChannelRecorder()
    recorder.stopAfter = 1
    reader.drain(recorder, CHANNEL)
    while (writer.isAvailable()) writer.writeRecord({ index: 0 }, 0, 0)
    const wasWoken = letWriterSleep()
    reader.close()
    assert.equal(wasWoken(), true)
    assertNeverWaits(writer)
    assert.equal(recorder.elements.length, 1)
  })

  it('a reader that has read the end of the partition counts as gone: nothing comes after that', () => {
    const { writer, reader } = create()
    writer.writeRecord(1, 0, 0)
    writer.writeEndOfPartition()
    const { elements } = pump(writer, reader)
    assert.deepStrictEqual(elements.at(-1), ['end of partition', CHANNEL])
    assertNeverWaits(writer)
    assert.equal(reader.hasData(), false)
    assert.equal(reader.queuedBuffers(), 0)
    reader.close()
  })

  it('a reader that closes itself inside an element gets nothing more', () => {
    const { writer, reader } = create()
    const seen: unknown[] = []
    const handler = new ChannelRecorder()
    handler.onRecord = (value) => {
      seen.push(value)
      if (seen.length < 2) return
      reader.close()
      handler.stopAfter = 0
    }
    for (const value of [1, 2, 3]) writer.writeRecord(value, 0, 0)
    writer.writeEndOfPartition()
    pump(writer, reader, handler)
    assert.deepStrictEqual(seen, [1, 2])
    assertNeverWaits(writer)
  })
}

/** More than any channel holds, with every kind of element and some larger than any buffer. */
function assertNeverWaits(writer: ChannelWriter): void {
  for (let round = 0; round < 20; round += 1) {
    writeMany(writer, round * 400, 400)
    if (round % 10 === 0) writer.writeRecord('z'.repeat(100_000), 0, 0)
    writer.writeBarrier(testBarrier(round))
    writer.writeCancelBarrier(round)
  }
  writer.writeWatermark(MAX_WATERMARK)
  writer.writeEndOfData()
  writer.writeEndOfPartition()
  assert.equal(writer.isAvailable(), true)
  assert.equal(writer.flush(), true)
  assert.equal(writer.hasPending(), false)
}

function drainAll(reader: ChannelReader, recorder: ChannelRecorder = new ChannelRecorder()): ChannelRecorder {
  while (reader.hasData()) reader.drain(recorder, CHANNEL)
  return recorder
}

/** Both ends in turn until nothing moves. */
function pump(
  writer: ChannelWriter,
  reader: ChannelReader,
  recorder: ChannelRecorder = new ChannelRecorder(),
): ChannelRecorder {
  do {
    writer.flush()
    drainAll(reader, recorder)
  } while (writer.hasPending() || reader.hasData())
  return recorder
}

function writeUntilUnavailable(writer: ChannelWriter): { index: number }[] {
  const written: { index: number }[] = []
  while (writer.isAvailable()) {
    assert.ok(written.length < 1_000_000, 'a channel without a bound')
    const value = { index: written.length }
    writer.writeRecord(value, 0, 0)
    written.push(value)
  }
  return written
}

function writeMany(writer: ChannelWriter, from: number, count: number): unknown[] {
  return Array.from({ length: count }, (_, offset) => {
    const index = from + offset
    const value = index % 97 === 0 ? { text: 'y'.repeat(2000) } : { index }
    writer.writeRecord(value, index, index)
    return ['record', value, index, index]
  })
}

function writeWatermarks(writer: ChannelWriter, count: number): unknown[] {
  return Array.from({ length: count }, (_, index) => {
    writer.writeWatermark(index)
    return ['watermark', index, CHANNEL]
  })
}

function readSome(reader: ChannelReader, recorder: ChannelRecorder, count: number): void {
  recorder.stopAfter = recorder.elements.length + count
  while (reader.hasData() && recorder.mayContinue()) reader.drain(recorder, CHANNEL)
}
