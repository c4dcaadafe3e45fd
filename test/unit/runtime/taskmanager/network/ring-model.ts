/**
 * The two ends of a ring and the doorbells of their workers as single steps on shared memory, and a search through all the
 * orders in which two threads can take them. ring-interleavings.test.ts also holds the model against the steps of the code.
 */

/** Shared words, what lies in the slots, and what each thread knows by itself. */
export interface RingState {
  tail: number
  head: number
  waiting: number
  closed: number
  writerBell: number
  readerBell: number
  /** By slot: the number of what was written there, or one of the two below. */
  slots: number[]
  readonly writer: ThreadState
  readonly reader: ThreadState
}

const NEVER_WRITTEN = -1
const HALF_WRITTEN = -2
const ASLEEP = 1
const AWAKE = 0

interface ThreadState {
  /** Name of the next step. */
  at: string
  /** Slots written, or read. */
  count: number
  /** The other side's count as it was seen last. */
  known: number
  /** It waits for its bell, or did when it was woken by something else. */
  isArmed: boolean
  isWoken: boolean
  /** How often something else than the bell may still wake it. */
  otherWakes: number
}

export interface Step {
  /** What it does to a shared word: at most one access a step. */
  readonly access?: string
  readonly run: (state: RingState, scenario: Scenario) => string
}

export type Program = Readonly<Record<string, Step>>

export interface Scenario {
  readonly slotCount: number
  /** How many slots the writer writes. */
  readonly elements: number
  /** The reader closes when it has read so many; all of them: it has read the end of the partition. */
  readonly readElements: number
  readonly otherWakes: number
}

export interface Programs {
  readonly writer: Program
  readonly reader: Program
}

/** Ringing of a bell, as `ringBell`: goes on at `then`. */
function ring(
  prefix: string,
  bell: 'writerBell' | 'readerBell',
  then: (state: RingState, s: Scenario) => string,
): Program {
  const owner = bell === 'writerBell' ? 'writer' : 'reader'
  return {
    [prefix]: {
      access: `load ${bell}`,
      run: (state, scenario) => (state[bell] === ASLEEP ? `${prefix}:exchange` : then(state, scenario)),
    },
    [`${prefix}:exchange`]: {
      access: `exchange ${bell}`,
      run: (state, scenario) => {
        const before = state[bell]
        state[bell] = AWAKE
        return before === ASLEEP ? `${prefix}:notify` : then(state, scenario)
      },
    },
    [`${prefix}:notify`]: {
      access: `notify ${bell}`,
      run: (state, scenario) => {
        const { [owner]: thread } = state
        if (thread.isArmed) thread.isWoken = true
        thread.isArmed = false
        return then(state, scenario)
      },
    },
  }
}

/** The end of a sleep, as `DoorbellOwner.sleep`: the last look found nothing. */
function wait(bell: 'writerBell' | 'readerBell'): Step {
  const owner = bell === 'writerBell' ? 'writer' : 'reader'
  return {
    access: `wait ${bell}`,
    run: (state) => {
      if (!state[owner].isArmed && state[bell] !== ASLEEP) return 'turn'
      state[owner].isArmed = true
      return 'asleep'
    },
  }
}

function store(word: 'waiting' | 'closed' | 'writerBell' | 'readerBell', value: number, next: string): Step {
  return {
    access: `store ${word}`,
    run: (state) => {
      state[word] = value
      return next
    },
  }
}

const hasRoom = ({ writer }: RingState, { slotCount }: Scenario): boolean => writer.count - writer.known < slotCount

function lookAtHead(ifRoom: string, ifNone: string): Step {
  return {
    access: 'load head',
    run: (state, scenario) => {
      state.writer.known = state.head
      return hasRoom(state, scenario) ? ifRoom : ifNone
    },
  }
}

function lookAtClosed(ifClosed: string, ifNot: string): Step {
  return { access: 'load closed', run: ({ closed }) => (closed === 1 ? ifClosed : ifNot) }
}

function nextOfWriter(state: RingState, scenario: Scenario): string {
  if (state.writer.count === scenario.elements) return 'done'
  return hasRoom(state, scenario) ? 'write' : 'look'
}

const WRITER: Program = {
  turn: {
    access: 'store writerBell',
    run: (state, scenario) => {
      state.writerBell = AWAKE
      return nextOfWriter(state, scenario)
    },
  },
  look: lookAtHead('write', 'ask'),
  ask: store('waiting', 1, 'look again'),
  'look again': lookAtHead('write', 'is closed'),
  'is closed': lookAtClosed('done', 'sleep'),
  // The sleep, with all of the above as the last look.
  sleep: store('writerBell', ASLEEP, 'recheck'),
  recheck: lookAtHead('stay awake', 'ask in recheck'),
  'ask in recheck': store('waiting', 1, 'look again in recheck'),
  'look again in recheck': lookAtHead('stay awake', 'is closed in recheck'),
  'is closed in recheck': lookAtClosed('stay awake', 'wait'),
  'stay awake': store('writerBell', AWAKE, 'turn'),
  wait: wait('writerBell'),
  write: {
    run: (state, { slotCount }) => {
      state.slots[state.writer.count % slotCount] = HALF_WRITTEN
      return 'wrote'
    },
  },
  wrote: {
    run: (state, { slotCount }) => {
      state.slots[state.writer.count % slotCount] = state.writer.count
      return 'publish'
    },
  },
  publish: {
    access: 'store tail',
    run: (state) => {
      state.writer.count += 1
      state.tail = state.writer.count
      return 'ring'
    },
  },
  ...ring('ring', 'readerBell', nextOfWriter),
}

function nextOfReader({ reader }: RingState, { readElements }: Scenario): string {
  return reader.count === readElements ? 'close' : 'poll'
}

const READER: Program = {
  turn: {
    access: 'store readerBell',
    run: (state, scenario) => {
      state.readerBell = AWAKE
      return nextOfReader(state, scenario)
    },
  },
  poll: { access: 'load tail', run: ({ tail, reader }) => (tail > reader.count ? 'read' : 'sleep') },
  sleep: store('readerBell', ASLEEP, 'recheck'),
  recheck: { access: 'load tail', run: ({ tail, reader }) => (tail > reader.count ? 'stay awake' : 'wait') },
  'stay awake': store('readerBell', AWAKE, 'turn'),
  wait: wait('readerBell'),
  read: { run: (state, scenario) => readSlot(state, scenario, 'has read') },
  'has read': { run: (state, scenario) => readSlot(state, scenario, 'free') },
  free: {
    access: 'store head',
    run: (state) => {
      state.reader.count += 1
      state.head = state.reader.count
      return 'is waited for'
    },
  },
  'is waited for': {
    access: 'load waiting',
    run: (state, scenario) => (state.waiting === 1 ? 'take flag' : nextOfReader(state, scenario)),
  },
  'take flag': {
    access: 'exchange waiting',
    run: (state, scenario) => {
      const before = state.waiting
      state.waiting = 0
      return before === 1 ? 'ring' : nextOfReader(state, scenario)
    },
  },
  ...ring('ring', 'writerBell', nextOfReader),
  close: store('closed', 1, 'is waited for at the end'),
  'is waited for at the end': {
    access: 'load waiting',
    run: (state) => (state.waiting === 1 ? 'take flag at the end' : 'done'),
  },
  'take flag at the end': {
    access: 'exchange waiting',
    run: (state) => {
      const before = state.waiting
      state.waiting = 0
      return before === 1 ? 'ring at the end' : 'done'
    },
  },
  ...ring('ring at the end', 'writerBell', () => 'done'),
}

/** The slot must hold what is read from the first byte to the last. */
function readSlot(state: RingState, { slotCount }: Scenario, next: string): string {
  const found = state.slots[state.reader.count % slotCount]
  if (found === state.reader.count) return next
  throw new Violation(`slot ${String(state.reader.count)} was read while it held ${String(found)}`)
}

export const RING: Programs = { writer: WRITER, reader: READER }

export class Violation extends Error {}

function threadState(otherWakes: number): ThreadState {
  return { at: 'turn', count: 0, known: 0, isArmed: false, isWoken: false, otherWakes }
}

export function initialState({ slotCount, otherWakes }: Scenario): RingState {
  const words = { tail: 0, head: 0, waiting: 0, closed: 0, writerBell: AWAKE, readerBell: AWAKE }
  const slots = new Array<number>(slotCount).fill(NEVER_WRITTEN)
  return { ...words, slots, writer: threadState(otherWakes), reader: threadState(otherWakes) }
}

/** Takes one step of one thread; undefined when it cannot: it has ended, or sleeps. */
export function step(
  state: RingState,
  who: 'writer' | 'reader',
  programs: Programs,
  scenario: Scenario,
): string | undefined {
  const { [who]: thread } = state
  if (thread.at === 'asleep' && thread.isWoken) {
    thread.isWoken = false
    thread.at = 'turn'
  }
  const { [thread.at]: next } = programs[who]
  if (next === undefined) return undefined
  thread.at = next.run(state, scenario)
  return next.access ?? ''
}

export interface SearchResult {
  readonly states: number
  /** How it came to the worst that was found, if anything was. */
  readonly violation: string | undefined
}

/** All orders of all steps. A state is looked at once, however it was reached. */
export function searchInterleavings(programs: Programs, scenario: Scenario): SearchResult {
  const seen = new Set<string>()
  const open = [initialState(scenario)]
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    const key = keyOf(state)
    if (seen.has(key)) continue
    seen.add(key)
    try {
      open.push(...successors(state, programs, scenario))
    } catch (error) {
      if (error instanceof Violation) return { states: seen.size, violation: error.message }
      throw error
    }
  }
  return { states: seen.size, violation: undefined }
}

function keyOf({ tail, head, waiting, closed, writerBell, readerBell, slots, writer, reader }: RingState): string {
  return [tail, head, waiting, closed, writerBell, readerBell, ...slots, threadKey(writer), threadKey(reader)].join()
}

function threadKey({ at, count, known, isArmed, isWoken, otherWakes }: ThreadState): string {
  return `${at},${String(count)},${String(known)},${String(isArmed)},${String(isWoken)},${String(otherWakes)}`
}

function successors(state: RingState, programs: Programs, scenario: Scenario): RingState[] {
  const next: RingState[] = []
  for (const who of ['writer', 'reader'] as const) {
    const copy = copyOf(state)
    if (step(copy, who, programs, scenario) !== undefined) next.push(copy)
  }
  const { writer, reader } = state
  if (next.length === 0 && (writer.at !== 'done' || reader.at !== 'done')) {
    throw new Violation(`nobody goes on: the writer is ${writer.at}, the reader ${reader.at}`)
  }
  return [...next, ...otherWakes(state)]
}

/** A message, a timer: the bell is still waited for. */
function otherWakes(state: RingState): RingState[] {
  return (['writer', 'reader'] as const).flatMap((who) => {
    if (state[who].at !== 'asleep' || state[who].otherWakes === 0) return []
    const copy = copyOf(state)
    copy[who].at = 'turn'
    copy[who].otherWakes -= 1
    return [copy]
  })
}

function copyOf(state: RingState): RingState {
  return { ...state, slots: [...state.slots], writer: { ...state.writer }, reader: { ...state.reader } }
}
