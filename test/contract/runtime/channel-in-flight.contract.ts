/** What the ends of every channel say of records, and watermarks between them, that were written and not delivered. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { DataInputView } from '../../../src/core/memory/data-input-view.js'
import { structuredSerializer } from '../../../src/core/types/structured-serializer.js'
import type { InFlightRecords } from '../../../src/runtime/taskmanager/network/in-flight-records.js'
import { storedTimeOf } from '../../../src/runtime/taskmanager/network/stored-time.js'
import { testBarrier } from '../../unit/runtime/taskmanager/test-barriers.js'
import type { ChannelUnderTest } from './channel.contract.js'
import { ChannelRecorder } from './channel-recorder.js'

const CHANNEL = 0
/** Elements that checkpoints store. */
const STORED = ['record', 'watermark', 'status']

/** What is done to a channel, so often in a row, and how likely it is drawn. */
export function weighted<K extends string>(kind: K, weight: number) {
  const count = fc.integer({ min: 1, max: 80 })
  return { weight, arbitrary: fc.record({ kind: fc.constant(kind), count }) }
}

export const WRITES_AND_READS = [
  weighted('write', 6),
  weighted('event', 2),
  weighted('flush', 2),
  weighted('read', 4),
] as const

const action = fc.oneof(...WRITES_AND_READS)

export function inFlightTests(create: () => ChannelUnderTest): void {
  it('nothing of a new channel, and nothing once all is delivered', () => {
    const channel = create()
    assert.deepEqual(inFlightOf(channel), [])
    channel.writer.writeRecord(1, 0, 0)
    channel.writer.writeBarrier(testBarrier(1))
    channel.writer.flush()
    const recorder = new ChannelRecorder()
    while (channel.reader.hasData()) channel.reader.drain(recorder, CHANNEL)
    assert.deepEqual(inFlightOf(channel), [])
  })

  it('each record at one of the ends, as it was written, and takes none', () => {
    const { writer, reader } = create()
    writer.writeRecord({ a: 1 }, 5, -7)
    writer.flush()
    writer.writeRecord('two', 6, 8)
    const ofReader = decoded(reader.inFlight(structuredSerializer()))
    const ofWriter = decoded(writer.inFlight(structuredSerializer()))
    assert.deepStrictEqual(ofReader, [['record', { a: 1 }, 5, -7]])
    assert.deepStrictEqual(ofWriter, [['record', 'two', 6, 8]])
    assert.deepStrictEqual(decoded(reader.inFlight(structuredSerializer())), ofReader)
    writer.flush()
    const recorder = new ChannelRecorder()
    while (reader.hasData()) reader.drain(recorder, CHANNEL)
    assert.deepStrictEqual(recorder.elements, [...ofReader, ...ofWriter])
  })

  it('what was not delivered yet, wherever the channel is stopped', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 30 }), (actions) => {
        const channel = create()
        const recorder = new ChannelRecorder()
        const written: unknown[] = []
        const held: { readonly expected: readonly unknown[]; readonly records: InFlightRecords }[] = []
        for (const { kind, count: times } of actions) {
          if (kind === 'write') for (let n = 0; n < times; n += 1) written.push(writeOne(channel, written.length))
          else if (kind === 'event') written.push(...writeEvents(channel, times))
          else if (kind === 'flush') channel.writer.flush()
          else readSome(channel, recorder, times)
          assert.deepStrictEqual([...recordsOf(recorder), ...inFlightOf(channel)], written)
          held.push(heldAtWriter(channel))
        }
        recorder.stopAfter = Number.POSITIVE_INFINITY
        do {
          channel.writer.flush()
          while (channel.reader.hasData()) channel.reader.drain(recorder, CHANNEL)
        } while (channel.writer.hasPending() || channel.reader.hasData())
        assert.deepStrictEqual(recordsOf(recorder), written)
        // Asked for only now: all that has happened to the channel since then makes no difference.
        for (const { expected, records } of held) assert.deepStrictEqual(decoded(records), expected)
      }),
      { numRuns: 20 },
    )
  })

  it('watermarks and their statuses between the records, wherever they lie', () => {
    const channel = create()
    const { writer, reader } = channel
    writer.writeWatermark(1)
    writer.writeRecord('a', 0, 0)
    writer.writeWatermark(2)
    writer.writeWatermarkStatus('idle')
    writer.writeWatermarkStatus('active')
    writer.writeWatermark(Infinity)
    writer.flush()
    writer.writeRecord('b', 0, 0)
    writer.writeWatermark(3)
    assert.deepEqual(inFlightOf(channel), [
      ['watermark', 1, CHANNEL],
      ['record', 'a', 0, 0],
      ['watermark', 2, CHANNEL],
      ['status', 'idle', CHANNEL],
      ['status', 'active', CHANNEL],
      ['watermark', Infinity, CHANNEL],
      ['record', 'b', 0, 0],
      ['watermark', 3, CHANNEL],
    ])
    const ends = [reader.inFlight(structuredSerializer()), writer.inFlight(structuredSerializer())]
    const elements = ends.reduce((sum, { offsets }) => sum + offsets.length - 1, 0)
    assert.equal(elements - ends.reduce((sum, { numTimes }) => sum + numTimes, 0), 2)
  })

  it('watermarks and their statuses without a record, more than a channel has room for', () => {
    const channel = create()
    for (let n = 0; n < 200; n += 1) {
      channel.writer.writeWatermark(n)
      channel.writer.writeWatermarkStatus('idle')
      channel.writer.writeWatermarkStatus('active')
    }
    const values = inFlightOf(channel).map((element) => (element as readonly unknown[])[1])
    assert.deepEqual(values, Array.from({ length: 200 }, (_, n) => [n, 'idle', 'active']).flat())
  })

  it('the rest after a record that the handler refused', () => {
    const channel = create()
    for (const value of ['a', 'bad', 'c']) channel.writer.writeRecord(value, 0, 0)
    channel.writer.flush()
    const refusing = new ChannelRecorder()
    refusing.onRecord = (value) => {
      if (value === 'bad') throw new Error('refused')
    }
    assert.throws(() => {
      while (channel.reader.hasData()) channel.reader.drain(refusing, CHANNEL)
    }, /refused/)
    assert.deepStrictEqual(inFlightOf(channel), [['record', 'c', 0, 0]])
  })

  it('nothing for a reader that is gone', () => {
    const channel = create()
    for (let n = 0; n < 500; n += 1) writeOne(channel, n)
    channel.writer.writeRecord('not flushed', 0, 0)
    channel.reader.close()
    assert.deepEqual(inFlightOf(channel), [])
  })
}

export function inFlightAtReader({ reader }: Pick<ChannelUnderTest, 'reader'>): unknown[] {
  return decoded(reader.inFlight(structuredSerializer()))
}

/** Of a channel in which barriers may overtake: its writer has kept what it needs. */
export function inFlightAtWriter({ writer }: Pick<ChannelUnderTest, 'writer'>): unknown[] {
  return decoded(writer.inFlight(structuredSerializer()))
}

/** Both ends in the order of the channel. */
function inFlightOf({ writer, reader }: ChannelUnderTest): unknown[] {
  const ofReader = reader.inFlight(structuredSerializer())
  return [...decoded(ofReader), ...decoded(writer.inFlight(structuredSerializer(), ofReader.begun))]
}

/** What is in flight at the writer, and the same once more, of which nobody has asked for the records yet. */
function heldAtWriter({ writer, reader }: ChannelUnderTest): {
  expected: readonly unknown[]
  records: InFlightRecords
} {
  const { begun } = reader.inFlight(structuredSerializer())
  const expected = decoded(writer.inFlight(structuredSerializer(), begun))
  return { expected, records: writer.inFlight(structuredSerializer(), begun) }
}

/** Each element by itself, between its two offsets, as a recorder has it. */
export function decoded({ bytes, offsets }: InFlightRecords): unknown[] {
  assert.equal(offsets[0], 0)
  assert.equal(offsets.at(-1), bytes.length)
  return offsets.slice(1).map((end, index) => {
    const element = bytes.subarray(offsets[index], end)
    const time = storedTimeOf(element)
    if (time !== undefined) return [typeof time === 'number' ? 'watermark' : 'status', time, CHANNEL]
    const input = new DataInputView(element)
    const [timestamp, keyHash] = [input.readFloat64(), input.readInt32()]
    const value = structuredSerializer().deserialize(input)
    assert.equal(input.remaining, 0)
    return ['record', value, timestamp, keyHash]
  })
}

/** Of what was delivered, what a checkpoint has of a channel. */
export function recordsOf({ elements }: ChannelRecorder): unknown[] {
  return elements.filter((element) => Array.isArray(element) && STORED.includes(String(element[0])))
}

/** Of few shapes and of many, more than a stream can have numbers for at once, and some larger than any buffer. */
export function writeOne({ writer }: ChannelUnderTest, n: number): unknown {
  const value = valueOf(n)
  writer.writeRecord(value, n, n + 1)
  return ['record', value, n, n + 1]
}

function valueOf(n: number): unknown {
  if (n % 5 < 2) return { index: n, text: `record ${String(n)}` }
  if (n % 97 === 96) return { text: 'x'.repeat(40_000), n }
  if (n % 13 === 12) return new Map([[n, { n }]])
  const several = Array.from({ length: n % 41 === 40 ? 70 : 2 }, (_, index) => ({ [`i${String(n + index)}`]: index }))
  return { [`key ${String(n % 60)}`]: n, several }
}

/** No other barrier is of the same checkpoint: all of one are alike, and encoded once. */
const FIRST_OF_EVENTS = 1000

/** Gives back what of it checkpoints store. */
export function writeEvents({ writer }: ChannelUnderTest, n: number): unknown[] {
  if (n % 2 === 0) writer.writeWatermark(n)
  if (n % 3 === 0) writer.writeBarrier(testBarrier(FIRST_OF_EVENTS + n))
  if (n % 3 === 1) {
    const location = { kind: 'file', directoryUri: 'd'.repeat(2000), inlineThresholdBytes: 0 } as const
    writer.writeBarrier(testBarrier(FIRST_OF_EVENTS + n, { location }))
  }
  if (n % 5 === 0) writer.writeWatermarkStatus('idle')
  return [...(n % 2 === 0 ? [['watermark', n, CHANNEL]] : []), ...(n % 5 === 0 ? [['status', 'idle', CHANNEL]] : [])]
}

export function readSome({ reader }: ChannelUnderTest, recorder: ChannelRecorder, n: number): void {
  recorder.stopAfter = recorder.elements.length + n
  while (reader.hasData() && recorder.mayContinue()) reader.drain(recorder, CHANNEL)
}
