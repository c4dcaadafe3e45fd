/** What every channel does with barriers that overtake what was written. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { testBarrier } from '../../unit/runtime/taskmanager/test-barriers.js'
import { structuredSerializer } from '../../../src/core/types/structured-serializer.js'
import type { ChannelUnderTest } from './channel.contract.js'
import {
  decoded,
  inFlightAtReader,
  inFlightAtWriter,
  readSome,
  recordsOf,
  weighted,
  writeEvents,
  writeOne,
  WRITES_AND_READS,
} from './channel-in-flight.contract.js'
import { ChannelRecorder } from './channel-recorder.js'

const CHANNEL = 0

const action = fc.oneof(...WRITES_AND_READS, weighted('announce', 2), weighted('release', 1))

/** `create`: of channels in which barriers may overtake. */
export function announcedTests(create: () => ChannelUnderTest): void {
  it('at once, in front of all that waits, and goes on when it is released', () => {
    const { writer, reader } = create()
    assert.ok(reader.mayAnnounce)
    assert.equal(reader.announcedBarrier(), undefined)
    const barrier = testBarrier(7)
    for (let n = 0; n < 500; n += 1) writer.writeRecord(n, 0, 0)
    assert.ok(writer.announceBarrier(barrier))
    const waiting = inFlightAtWriter({ writer })
    writer.writeRecord('later', 0, 0)
    writer.flush()
    assert.deepEqual(reader.announcedBarrier(), barrier)
    const recorder = new ChannelRecorder()
    while (reader.hasData()) reader.drain(recorder, CHANNEL)
    assert.equal(recorder.elements.length + waiting.length, 500)
    reader.drain(recorder, CHANNEL)
    assert.deepEqual(inFlightAtReader({ reader }), [])
    assert.equal(recorder.elements.length + waiting.length, 500)
    reader.releaseAnnounced()
    assert.equal(reader.announcedBarrier(), undefined)
    deliverAll({ writer, reader }, recorder)
    assert.deepEqual(recorder.values, [...Array.from({ length: 500 }, (_, n) => n), 'later'])
  })

  it('one after the other: a newer one is seen when the older one is released', () => {
    const { writer, reader } = create()
    writer.announceBarrier(testBarrier(1))
    assert.equal(reader.announcedBarrier()?.checkpointId, 1)
    writer.announceBarrier(testBarrier(2))
    writer.announceBarrier(testBarrier(3))
    assert.equal(reader.announcedBarrier()?.checkpointId, 1)
    reader.releaseAnnounced()
    assert.equal(reader.announcedBarrier()?.checkpointId, 3)
  })

  it('between what is in flight at the reader and at the writer, wherever the channel is stopped', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
        const run = new AnnouncedRun(create())
        for (const { kind, count: times } of actions) {
          run.act(kind, times)
          run.check()
        }
        run.end()
      }),
      { numRuns: 20 },
    )
  })

  it('late, from among the records, with what is still in front of it', () => {
    const step = fc.oneof(weighted('write', 3), weighted('flush', 1), weighted('read', 2))
    const steps = fc.array(step, { maxLength: 8 })
    fc.assert(
      fc.property(steps, steps, (before, after) => {
        const run = new AnnouncedRun(create())
        for (const { kind, count: times } of before) run.act(kind, times)
        run.writeBarrier()
        for (const { kind, count: times } of after) run.act(kind, times)
        run.overtakeLate()
        run.end()
      }),
      { numRuns: 60 },
    )
  })

  it('not late, where its reader has read it or is gone, or another barrier came after it', () => {
    const { writer, reader } = create()
    const late = (checkpointId: number): unknown =>
      writer.overtakeLate(testBarrier(checkpointId), structuredSerializer())
    assert.equal(late(1), undefined)
    writer.writeBarrier(testBarrier(1))
    deliverAll({ writer, reader }, new ChannelRecorder())
    assert.equal(late(1), undefined)
    writer.writeBarrier(testBarrier(2))
    writer.writeBarrier(testBarrier(3))
    assert.equal(late(2), undefined)
    assert.equal(writer.isBarrierOut(2), true)
    reader.close()
    assert.equal(late(3), undefined)
    assert.equal(writer.isBarrierOut(3), true)
    assert.equal(reader.announcedBarrier(), undefined)
  })

  it('no more once the end of the partition is there, which the reader sees before it reads it', () => {
    const { writer, reader } = create()
    writer.writeRecord('last', 0, 0)
    writer.flush()
    assert.equal(reader.isEndQueued, false)
    writer.writeEndOfData()
    writer.writeEndOfPartition()
    const recorder = new ChannelRecorder()
    writer.flush()
    for (let reads = 0; !reader.isEndQueued; reads += 1) {
      assert.ok(reads < 10, 'it comes to its end')
      reader.drain(recorder, CHANNEL)
      writer.flush()
    }
    assert.ok(reader.hasData())
    deliverAll({ writer, reader }, recorder)
    assert.equal(reader.isEndQueued, false)
  })

  it('nothing once the reader is gone', () => {
    const { writer, reader } = create()
    writer.announceBarrier(testBarrier(1))
    reader.close()
    assert.equal(reader.announcedBarrier(), undefined)
    writer.announceBarrier(testBarrier(2))
    assert.equal(reader.announcedBarrier(), undefined)
  })
}

class AnnouncedRun {
  readonly #channel: ChannelUnderTest
  readonly #recorder = new ChannelRecorder()
  readonly #written: unknown[] = []
  #checkpointId = 0
  /** How many of the written records are before the announced barrier. */
  #before: number | undefined

  constructor(channel: ChannelUnderTest) {
    this.#channel = channel
  }

  act(kind: 'write' | 'event' | 'flush' | 'read' | 'announce' | 'release', times: number): void {
    const { writer, reader } = this.#channel
    if (kind === 'write')
      for (let n = 0; n < times; n += 1) this.#written.push(writeOne(this.#channel, this.#written.length))
    else if (kind === 'event') this.#written.push(...writeEvents(this.#channel, times))
    else if (kind === 'flush') writer.flush()
    else if (kind === 'read') readSome(this.#channel, this.#recorder, times)
    else if (kind === 'announce') this.#announce()
    else {
      reader.releaseAnnounced()
      this.#before = undefined
    }
  }

  writeBarrier(): void {
    this.#checkpointId = 1
    this.#before = this.#written.length
    this.#channel.writer.writeBarrier(testBarrier(1))
  }

  /** Of what was written before it each record is delivered, or at one of the ends. */
  overtakeLate(): void {
    const { writer, reader } = this.#channel
    const wasOut = writer.isBarrierOut(1)
    const ofWriter = writer.overtakeLate(testBarrier(1), structuredSerializer())
    if (ofWriter === undefined) {
      assert.ok(this.#recorder.elements.some((element) => Array.isArray(element) && element[0] === 'barrier'))
      return
    }
    const atWriter = decoded(ofWriter)
    assert.ok(!wasOut || atWriter.length === 0)
    assert.equal(reader.announcedBarrier()?.checkpointId, 1)
    const here = [...recordsOf(this.#recorder), ...inFlightAtReader(this.#channel), ...atWriter]
    assert.deepStrictEqual(here, this.#written.slice(0, this.#before))
  }

  check(): void {
    const delivered = recordsOf(this.#recorder)
    const ofReader = inFlightAtReader(this.#channel)
    if (this.#before === undefined) return
    assert.deepStrictEqual([...delivered, ...ofReader], this.#written.slice(0, this.#before))
  }

  end(): void {
    this.#channel.reader.releaseAnnounced()
    this.#recorder.stopAfter = Number.POSITIVE_INFINITY
    deliverAll(this.#channel, this.#recorder)
    assert.deepStrictEqual(recordsOf(this.#recorder), this.#written)
  }

  #announce(): void {
    if (this.#before !== undefined) return
    this.#checkpointId += 1
    const ofWriter = inFlightAtWriter(this.#channel)
    assert.ok(this.#channel.writer.announceBarrier(testBarrier(this.#checkpointId)))
    assert.deepStrictEqual(inFlightAtWriter(this.#channel), ofWriter)
    this.#before = this.#written.length - ofWriter.length
    assert.deepStrictEqual(this.#written.slice(this.#before), ofWriter)
    assert.equal(this.#channel.reader.announcedBarrier()?.checkpointId, this.#checkpointId)
  }
}

function deliverAll({ writer, reader }: Pick<ChannelUnderTest, 'writer' | 'reader'>, recorder: ChannelRecorder): void {
  do {
    writer.flush()
    while (reader.hasData()) reader.drain(recorder, CHANNEL)
  } while (writer.hasPending() || reader.hasData())
}
