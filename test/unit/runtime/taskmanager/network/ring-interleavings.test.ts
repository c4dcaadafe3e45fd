import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RING, searchInterleavings, type Program, type Programs, type Scenario } from './ring-model.js'

/** More elements than slots, so that each slot is written again; readers that close before, between and after all of them. */
function scenarios(): Scenario[] {
  return [1, 2, 3].flatMap((slotCount) =>
    [0, 1, 2, 3, 4].map((readElements) => ({ slotCount, elements: 4, readElements, otherWakes: 1 })),
  )
}

/** What is wrong with the programs in any scenario. */
function violationOf(programs: Programs): string | undefined {
  for (const scenario of scenarios()) {
    const { violation } = searchInterleavings(programs, scenario)
    if (violation !== undefined) return violation
  }
  return undefined
}

function writerWith(steps: Program): Programs {
  return { ...RING, writer: { ...RING.writer, ...steps } }
}

function readerWith(steps: Program): Programs {
  return { ...RING, reader: { ...RING.reader, ...steps } }
}

/** Two steps of a program in the other order; both have one way to go on. */
function swapped(program: Program, first: string, second: string, after: string): Program {
  const [one, other] = [program[first], program[second]]
  assert.ok(one && other)
  return {
    [first]: { run: (state, scenario) => (other.run(state, scenario), second) },
    [second]: { run: (state, scenario) => (one.run(state, scenario), after) },
  }
}

function skip(to: string): Program[string] {
  return { run: () => to }
}

const OVERWRITTEN_OR_UNWRITTEN = /was read while it held/
const LOST_WAKE_UP = /nobody goes on/

const MUTANTS: readonly (readonly [string, Programs, RegExp])[] = [
  [
    'the tail is published before the bytes',
    writerWith({
      ...swapped(RING.writer, 'wrote', 'publish', 'ring'),
      // The bytes of the slot that is published already.
      publish: {
        run: (state, { slotCount }) => {
          state.slots[(state.writer.count - 1) % slotCount] = state.writer.count - 1
          return 'ring'
        },
      },
    }),
    OVERWRITTEN_OR_UNWRITTEN,
  ],
  [
    'the writer asks for room after its last look',
    writerWith({
      ...swapped(RING.writer, 'ask', 'look again', 'is closed'),
      ...swapped(RING.writer, 'ask in recheck', 'look again in recheck', 'is closed in recheck'),
    }),
    LOST_WAKE_UP,
  ],
  [
    'the writer does not look again after it has asked',
    writerWith({ 'look again': skip('is closed'), 'look again in recheck': skip('is closed in recheck') }),
    LOST_WAKE_UP,
  ],
  [
    'the writer asks only before it goes to sleep and not in its last look',
    writerWith({ 'ask in recheck': skip('look again in recheck') }),
    LOST_WAKE_UP,
  ],
  [
    'the writer does not ask whether the reader is gone',
    writerWith({ 'is closed': skip('sleep'), 'is closed in recheck': skip('wait') }),
    LOST_WAKE_UP,
  ],
  [
    'the writer asks whether the reader is gone before it asks for room',
    writerWith({
      look: {
        run: (state, scenario) => (RING.writer['is closed']?.run(state, scenario) === 'done' ? 'done' : 'look 2'),
      },
      'look 2': RING.writer['look'] ?? assert.fail(),
      'is closed': skip('sleep'),
      'is closed in recheck': skip('wait'),
    }),
    LOST_WAKE_UP,
  ],
  ['the writer forgets the bell', writerWith({ ring: skip('turn') }), LOST_WAKE_UP],
  [
    'the writer rings before it publishes',
    writerWith({
      wrote: { run: (state, scenario) => (RING.writer['wrote']?.run(state, scenario), 'ring') },
      ring: { run: (state) => (state.readerBell === 1 ? 'ring:exchange' : 'publish') },
      'ring:exchange': { run: (state) => ((state.readerBell = 0), 'ring:notify') },
      'ring:notify': { run: (state, scenario) => (RING.writer['ring:notify']?.run(state, scenario), 'publish') },
      publish: { run: (state, scenario) => (RING.writer['publish']?.run(state, scenario), 'turn') },
    }),
    LOST_WAKE_UP,
  ],
  [
    'the writer takes one slot more than there are',
    writerWith({
      'is closed': skip('write'),
    }),
    OVERWRITTEN_OR_UNWRITTEN,
  ],
  [
    'the reader frees a slot before it has read it',
    readerWith({
      read: { run: (state, scenario) => (RING.reader['read']?.run(state, scenario), 'free') },
      free: { run: (state) => ((state.head = state.reader.count + 1), 'has read') },
      'has read': {
        run: (state, scenario) => {
          RING.reader['has read']?.run(state, scenario)
          state.reader.count += 1
          return 'is waited for'
        },
      },
    }),
    OVERWRITTEN_OR_UNWRITTEN,
  ],
  ['the reader does not look again before it sleeps', readerWith({ recheck: skip('wait') }), LOST_WAKE_UP],
  [
    'the reader takes the flag and rings nobody',
    readerWith({ 'take flag': { run: (state) => ((state.waiting = 0), 'turn') } }),
    LOST_WAKE_UP,
  ],
  ['the reader looks at the flag before it frees the slot', frees('is waited for', 'free'), LOST_WAKE_UP],
  [
    'the reader forgets the bell when it closes',
    readerWith({ 'is waited for at the end': skip('done') }),
    LOST_WAKE_UP,
  ],
  [
    'the reader looks at the flag before it says that it is closed',
    readerWith({
      close: { run: (state) => (state.waiting === 1 ? 'close with flag' : 'close without') },
      'close without': { run: (state) => ((state.closed = 1), 'done') },
      'close with flag': { run: (state) => ((state.closed = 1), 'take flag at the end') },
    }),
    LOST_WAKE_UP,
  ],
  ['the reader says nothing when it closes', readerWith({ close: skip('is waited for at the end') }), LOST_WAKE_UP],
]

/** The look at the flag, and what follows from it, with the storing of the head after the look. */
function frees(look: string, store: string): Programs {
  const freed = RING.reader[store] ?? assert.fail()
  return readerWith({
    [store]: { run: (state) => (state.waiting === 1 ? 'free with flag' : 'free without') },
    'free with flag': { run: (state, scenario) => (freed.run(state, scenario), 'take flag') },
    'free without': { run: (state, scenario) => (freed.run(state, scenario), 'turn') },
    [look]: skip('turn'),
  })
}

describe('Any interleaving of the steps of a writer and a reader of a ring', () => {
  it('loses no wake-up, reads no slot before it is written and overwrites none that is read', () => {
    let states = 0
    for (const scenario of scenarios()) {
      const result = searchInterleavings(RING, scenario)
      assert.equal(result.violation, undefined, JSON.stringify(scenario))
      states += result.states
    }
    assert.ok(states > 10_000, `${String(states)} states`)
  })

  for (const [name, programs, expected] of MUTANTS) {
    it(`would show that ${name}`, () => {
      assert.match(violationOf(programs) ?? 'nothing', expected)
    })
  }
})
