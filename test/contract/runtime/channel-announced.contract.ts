/** What every channel does with barriers that overtake what was written. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { testBarrier } from '../../unit/runtime/taskmanager/test-barriers.js'
import type { ChannelUnderTest } from './channel.contract.js'
import {
  inFlightAtReader,
  inFlightAtWriter,
  readSome,
  recordsOf,
  writeEvents,
  writeOne,
} from './channel-in-flight.contract.js'
import { ChannelRecorder } from './channel-recorder.js'

const CHANNEL = 0

const count = fc.integer({ min: 1, max: 80 })
const action = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('write' as const), count }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('event' as const), count }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('flush' as const), count }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('read' as const), count }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('announce' as const), count }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('release' as const), count }) },
)

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
    else if (kind === 'event') writeEvents(this.#channel, times)
    else if (kind === 'flush') writer.flush()
    else if (kind === 'read') readSome(this.#channel, this.#recorder, times)
    else if (kind === 'announce') this.#announce()
    else {
      reader.releaseAnnounced()
      this.#before = undefined
    }
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
