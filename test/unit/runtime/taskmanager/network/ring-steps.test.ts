import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { rowStreamSerializer } from '../../../../../src/core/types/row-stream-serializer.js'
import { allocateBell } from '../../../../../src/runtime/protocol/doorbell-memory.js'
import {
  allocateRing,
  CLOSED_WORD,
  CONTROL_BYTES,
  HEAD_WORD,
  TAIL_WORD,
  WAITING_WORD,
} from '../../../../../src/runtime/protocol/ring-memory.js'
import { watermarkEvent } from '../../../../../src/runtime/taskmanager/network/channel-event.js'
import { DoorbellOwner } from '../../../../../src/runtime/taskmanager/network/doorbell.js'
import { RingChannelReader } from '../../../../../src/runtime/taskmanager/network/ring-channel-reader.js'
import { RingChannelWriter } from '../../../../../src/runtime/taskmanager/network/ring-channel-writer.js'
import { RingReaderEnd } from '../../../../../src/runtime/taskmanager/network/ring-reader-end.js'
import { RingWriterEnd } from '../../../../../src/runtime/taskmanager/network/ring-writer-end.js'
import { ChannelRecorder } from '../../../../contract/runtime/channel-recorder.js'
import { RecordedAtomics } from './recorded-atomics.js'
import { initialState, RING, step, type Scenario } from './ring-model.js'

const SLOT_BYTES = 64

type Who = 'writer' | 'reader'

/** Before its n-th access to a shared word one thread is kept waiting, and the other one runs until it sleeps or ends. */
interface Preemption {
  readonly who: Who
  readonly access: number
}

const other = (who: Who): Who => (who === 'writer' ? 'reader' : 'writer')

/** Notes accesses and says when a thread is to be kept waiting. */
class Schedule {
  readonly trace: string[] = []
  readonly #preemption: Preemption
  readonly #run: (who: Who) => void
  readonly #counts = { writer: 0, reader: 0 }

  constructor(preemption: Preemption, run: (who: Who) => void) {
    this.#preemption = preemption
    this.#run = run
  }

  before(who: Who, access: string): void {
    const { who: preempted, access: number } = this.#preemption
    const count = this.#counts[who]
    this.#counts[who] += 1
    if (who === preempted && count === number) this.#run(other(who))
    this.trace.push(`${who}: ${access}`)
  }
}

/** Both in turn, until nothing happens any more. */
function runAll(schedule: Schedule, run: (who: Who) => void): string[] {
  for (let before = -1; before < schedule.trace.length;) {
    before = schedule.trace.length
    run('writer')
    run('reader')
  }
  return schedule.trace
}

function modelTrace(scenario: Scenario, preemption: Preemption): string[] {
  const state = initialState(scenario)
  const run = (who: Who): void => {
    for (;;) {
      const { [who]: thread } = state
      if (thread.at === 'done' || (thread.at === 'asleep' && !thread.isWoken)) return
      const { access } = RING[who][thread.at === 'asleep' ? 'turn' : thread.at] ?? {}
      if (access !== undefined) schedule.before(who, access)
      step(state, who, RING, scenario)
    }
  }
  const schedule = new Schedule(preemption, run)
  return runAll(schedule, run)
}

/** One side of the real ring and the loop of its worker, as small as it can be. */
class Side {
  isAwake = true
  isDone = false
  readonly #owner: DoorbellOwner
  readonly #work: () => 'done' | 'nothing'
  readonly #hasWork: () => boolean

  constructor(bell: SharedArrayBuffer, work: () => 'done' | 'nothing', hasWork: () => boolean) {
    this.#owner = new DoorbellOwner(bell)
    this.#work = work
    this.#hasWork = hasWork
  }

  run(): void {
    while (this.isAwake && !this.isDone) {
      this.#owner.awake()
      if (this.#work() === 'done') {
        this.isDone = true
        return
      }
      // Before the sleep: the bell may ring in the middle of it.
      this.isAwake = false
      const sleeps = this.#owner.sleep(this.#hasWork, () => {
        this.isAwake = true
      })
      if (!sleeps) this.isAwake = true
    }
  }
}

function realTrace({ slotCount, elements, readElements }: Scenario, preemption: Preemption): string[] {
  const memory = allocateRing(SLOT_BYTES, slotCount)
  const bells = { writer: allocateBell(), reader: allocateBell() }
  const writerEnd = new RingWriterEnd(memory, bells.reader)
  const readerEnd = new RingReaderEnd(memory, bells.writer)
  const atomics = recordedAtomics(memory.buffer, bells)
  let written = 0
  let read = 0
  const write = (): 'done' | 'nothing' => {
    for (; written < elements && writerEnd.hasRoomOrAsks(); written += 1) writerEnd.send(watermarkEvent(written))
    return written === elements || writerEnd.isReaderGone() ? 'done' : 'nothing'
  }
  const readSome = (): 'done' | 'nothing' => {
    for (; read < readElements && readerEnd.queuedSlots() > 0; read += 1) {
      readerEnd.slot()
      readerEnd.free()
    }
    if (read < readElements) return 'nothing'
    readerEnd.close()
    return 'done'
  }
  const sides = {
    writer: new Side(bells.writer, write, () => writerEnd.hasRoomOrAsks() || writerEnd.isReaderGone()),
    reader: new Side(bells.reader, readSome, () => readerEnd.queuedSlots() > 0),
  }
  const runner = new Runner(sides)
  const schedule = new Schedule(preemption, runner.run)
  atomics.onAccess = (access) => {
    schedule.before(runner.running, access)
  }
  atomics.during(() => runAll(schedule, runner.run))
  return schedule.trace
}

/** Knows which side makes an access, also where one runs in the middle of the other. */
class Runner {
  running: Who = 'writer'
  readonly run = (who: Who): void => {
    const before = this.running
    this.running = who
    this.#sides[who].run()
    this.running = before
  }
  readonly #sides: Readonly<Record<Who, Side>>

  constructor(sides: Readonly<Record<Who, Side>>) {
    this.#sides = sides
  }
}

function recordedAtomics(ring: SharedArrayBuffer, bells: Readonly<Record<Who, SharedArrayBuffer>>): RecordedAtomics {
  const atomics = new RecordedAtomics()
  const words = { tail: TAIL_WORD, head: HEAD_WORD, waiting: WAITING_WORD, closed: CLOSED_WORD }
  for (const [name, word] of Object.entries(words)) atomics.name(ring, word, name)
  atomics.name(bells.writer, 0, 'writerBell')
  atomics.name(bells.reader, 0, 'readerBell')
  return atomics
}

describe('The ends of a ring', () => {
  it('take the steps of the model, wherever one of them is kept waiting', () => {
    let accesses = 0
    for (const slotCount of [1, 2, 3]) {
      for (const readElements of [0, 1, 2, 4]) {
        const scenario = { slotCount, elements: 4, readElements, otherWakes: 0 }
        for (const who of ['writer', 'reader'] as const) {
          for (let access = 0; access < 45; access += 1) {
            const expected = modelTrace(scenario, { who, access })
            assert.deepEqual(realTrace(scenario, { who, access }), expected, JSON.stringify({ scenario, who, access }))
            accesses += expected.length
          }
        }
      }
    }
    assert.ok(accesses > 20_000)
  })

  it('are asked by a writer whose elements wait for room first, and for the end of the reader after that', () => {
    const memory = allocateRing(SLOT_BYTES, 1)
    const bells = { writer: allocateBell(), reader: allocateBell() }
    const atomics = recordedAtomics(memory.buffer, bells)
    const writer = new RingChannelWriter(memory, bells.reader, rowStreamSerializer())
    for (const time of [1, 2, 3]) writer.writeWatermark(time)
    const trace: string[] = []
    atomics.onAccess = (access) => trace.push(access)
    atomics.during(() => {
      assert.equal(writer.isAvailable(), false)
    })
    assert.deepEqual(trace, ['load head', 'store waiting', 'load head', 'load closed'])
  })
})

describe('A slot of a ring', () => {
  it('is complete when it is published, and has been read when it is freed', () => {
    const [slotBytes, slotCount] = [256, 2]
    const memory = allocateRing(slotBytes, slotCount)
    const bells = { writer: allocateBell(), reader: allocateBell() }
    const atomics = recordedAtomics(memory.buffer, bells)
    const writer = new RingChannelWriter(memory, bells.reader, rowStreamSerializer())
    const reader = new RingChannelReader(memory, bells.writer, rowStreamSerializer())
    const words = new Int32Array(memory.buffer)
    const slotAt = (count = 0): Buffer =>
      Buffer.from(memory.buffer, CONTROL_BYTES + (count % slotCount) * slotBytes, slotBytes)
    let published: { readonly slot: Buffer; readonly bytes: Buffer } | undefined
    atomics.onAccess = (access) => {
      if (published !== undefined) assert.ok(published.slot.equals(published.bytes), 'written after it was published')
      const slot = access === 'store tail' ? slotAt(words[TAIL_WORD]) : undefined
      published = slot === undefined ? undefined : { slot, bytes: Buffer.from(slot) }
      // As the writer may do from now on.
      if (access === 'store head') slotAt(words[HEAD_WORD]).fill(0xff)
    }
    const recorder = new ChannelRecorder()
    const written: unknown[] = []
    atomics.during(() => {
      for (let n = 0; n < 300; n += 1) {
        const value = n % 17 === 0 ? { n, text: 'y'.repeat(700) } : { n, text: 'x'.repeat(n % 50) }
        written.push(value)
        writer.writeRecord(value, n, n)
        if (n % 5 === 0) writer.writeWatermark(n)
        if (n % 2 === 0) writer.flush()
        recorder.stopAfter = n % 3 === 0 ? recorder.elements.length + 1 : Number.POSITIVE_INFINITY
        reader.drain(recorder, 0)
      }
      recorder.stopAfter = Number.POSITIVE_INFINITY
      while (!writer.flush() || reader.hasData()) reader.drain(recorder, 0)
    })
    assert.deepEqual(recorder.values, written)
  })
})
