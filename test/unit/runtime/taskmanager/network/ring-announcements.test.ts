import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { allocateBell } from '../../../../../src/runtime/protocol/doorbell-memory.js'
import {
  allocateRing,
  areaStart,
  HEAD_WORD,
  PRIORITY_WORD,
  TAIL_WORD,
} from '../../../../../src/runtime/protocol/ring-memory.js'
import { RingReaderEnd } from '../../../../../src/runtime/taskmanager/network/ring-reader-end.js'
import { RingWriterEnd } from '../../../../../src/runtime/taskmanager/network/ring-writer-end.js'
import { watermarkEvent } from '../../../../../src/runtime/taskmanager/network/channel-event.js'
import { ANNOUNCING, checkTaken, violationOf, type Deed, type Program, type Programs } from './announcement-model.js'
import { RecordedAtomics } from './recorded-atomics.js'

/** All ways in which up to two barriers lie among three slots. */
function orders(): Deed[][] {
  const found: Deed[][] = []
  for (let first = 0; first <= 3; first += 1) {
    const one: Deed[] = ['publish', 'publish', 'publish']
    one.splice(first, 0, 'announce')
    found.push(one)
    for (let second = first + 1; second <= 4; second += 1) found.push(one.toSpliced(second, 0, 'announce'))
  }
  return found
}

function worstOf(programs: Programs): string | undefined {
  for (const deeds of orders()) {
    const violation = violationOf(programs, deeds)
    if (violation !== undefined) return violation
  }
  return undefined
}

const withWriter = (steps: Program): Programs => ({ ...ANNOUNCING, writer: { ...ANNOUNCING.writer, ...steps } })
const withReader = (steps: Program): Programs => ({ ...ANNOUNCING, reader: { ...ANNOUNCING.reader, ...steps } })

const MUTANTS: readonly (readonly [string, Programs, RegExp])[] = [
  [
    'the slot after the barrier is published before that is announced',
    withWriter({
      publish: (state, deeds) => {
        const isLate = deeds[state.writer.done - 1] === 'announce' && state.writer.begun > 0
        if (!isLate) state.tail += 1
        state.writer.done += 1
        return 'bell'
      },
      announce: (state, deeds) => {
        if (deeds[state.writer.done + 1] === 'publish') state.tail += 1
        state.priority += 1
        state.writer.begun += 1
        return 'write place'
      },
    }),
    /past a barrier/,
  ],
  [
    'the writer does not ring',
    withWriter({
      announced: (state, deeds) => (
        ANNOUNCING.writer['announced']?.(state, deeds),
        state.writer.done < deeds.length ? (deeds[state.writer.done] ?? 'done') : 'done'
      ),
    }),
    /nobody goes on/,
  ],
  [
    'the word is not odd while the area is written',
    withWriter({
      announce: (state) => ((state.writer.begun += 1), 'write place'),
      announced: (state, deeds) => ((state.priority += 1), ANNOUNCING.writer['announced']?.(state, deeds) ?? 'done'),
    }),
    /torn/,
  ],
  [
    'the reader does not look at the word again',
    withReader({
      'look: again': (state) => checkTaken(state, true, 'act'),
      'limit: again': (state) => checkTaken(state, true, 'read'),
    }),
    /torn/,
  ],
  [
    'the reader looks for a barrier before it looks at the tail',
    withReader({
      act: (state, deeds) => (ANNOUNCING.reader['act']?.(state, deeds), 'limit'),
      'limit: again': (state) => checkTaken(state, state.priority === state.reader.first, 'poll'),
      limit: (state, deeds) => {
        const next = ANNOUNCING.reader['limit']?.(state, deeds) ?? 'poll'
        return next === 'read' ? 'poll' : next
      },
      poll: (state) => ((state.reader.tail = state.tail), 'read'),
    }),
    /past a barrier/,
  ],
  [
    'the reader does not look for a barrier before it sleeps',
    withReader({ 'look before sleep': () => 'last poll', 'last limit': () => 'fall asleep' }),
    /nobody goes on/,
  ],
]

describe('Any interleaving of a writer that announces barriers and a reader', () => {
  it('reads nothing past a barrier that it has not acted on, takes none by halves and sleeps through none', () => {
    for (const deeds of orders()) assert.equal(violationOf(ANNOUNCING, deeds), undefined, deeds.join())
  })

  for (const [name, programs, expected] of MUTANTS) {
    it(`would show that ${name}`, () => {
      assert.match(worstOf(programs) ?? 'nothing', expected)
    })
  }
})

describe('The ends of a ring', () => {
  it('make the accesses of the model', () => {
    const memory = allocateRing(64, 2, 8)
    const bells = { writer: allocateBell(), reader: allocateBell() }
    const atomics = new RecordedAtomics()
    const words = { tail: TAIL_WORD, head: HEAD_WORD, priority: PRIORITY_WORD }
    for (const [name, word] of Object.entries(words)) atomics.name(memory.buffer, word, name)
    atomics.name(bells.reader, 0, 'readerBell')
    const areaWord = areaStart(memory) / 4
    for (const [index, name] of ['place', 'length', 'bytes', 'bytes'].entries())
      atomics.name(memory.buffer, areaWord + index, name)
    const trace: string[] = []
    atomics.onAccess = (access) => trace.push(access)
    const writer = new RingWriterEnd(memory, bells.reader)
    const reader = new RingReaderEnd(memory, bells.writer)
    atomics.during(() => {
      writer.announce(new Uint8Array([1, 2, 3, 4, 5]))
      writer.send(watermarkEvent(1))
      assert.equal(reader.queuedSlots(), 0)
      assert.deepEqual(reader.announced(), { place: 0, bytes: new Uint8Array([1, 2, 3, 4, 5]) })
    })
    const area = ['place', 'length', 'bytes', 'bytes']
    assert.deepEqual(trace, [
      'store priority',
      ...area.map((word) => `store ${word}`),
      'store priority',
      'load readerBell',
      'store tail',
      'load readerBell',
      'load tail',
      'load priority',
      ...area.map((word) => `load ${word}`),
      'load priority',
    ])
  })

  it('have no area, and look at nothing more than before, where no barrier may overtake', () => {
    const memory = allocateRing(64, 2)
    const atomics = new RecordedAtomics()
    atomics.name(memory.buffer, TAIL_WORD, 'tail')
    const trace: string[] = []
    atomics.onAccess = (access) => trace.push(access)
    const writer = new RingWriterEnd(memory, allocateBell())
    const reader = new RingReaderEnd(memory, allocateBell())
    atomics.during(() => {
      assert.equal(writer.announce(new Uint8Array(4)), false)
      assert.equal(reader.queuedSlots(), 0)
      assert.equal(reader.announced(), undefined)
    })
    assert.deepEqual(trace, ['load tail'])
  })

  it('do not announce a barrier that is larger than the area', () => {
    const memory = allocateRing(64, 2, 8)
    const writer = new RingWriterEnd(memory, allocateBell())
    assert.equal(writer.announce(new Uint8Array(9)), false)
    assert.equal(new RingReaderEnd(memory, allocateBell()).announced(), undefined)
  })
})
