/**
 * A writer that publishes slots and announces barriers, and a reader, as single steps on shared words, and a search through all
 * orders in which two threads can take them. ring-announcements.test.ts holds it against the accesses of the code.
 */

/** What the writer does, in order. */
export type Deed = 'publish' | 'announce'

export interface AnnouncementState {
  tail: number
  priority: number
  place: number
  /** Number of the announcement whose bytes lie in the area; TORN while they are written. */
  area: number
  isAsleep: boolean
  readonly writer: { at: string; done: number; announced: number; begun: number }
  readonly reader: {
    at: string
    count: number
    tail: number
    seen: number
    first: number
    held: Held | undefined
    acted: number
  }
  /** By announcement, from 1 on: its place. */
  readonly places: readonly number[]
}

interface Held {
  readonly number: number
  readonly place: number
}

export type Step = (state: AnnouncementState, deeds: readonly Deed[]) => string
export type Program = Readonly<Record<string, Step>>
export interface Programs {
  readonly writer: Program
  readonly reader: Program
}

const TORN = -1

export class Violation extends Error {}

function nextDeed({ writer }: AnnouncementState, deeds: readonly Deed[]): string {
  return deeds[writer.done] ?? 'done'
}

/** The bell after something was published or announced. */
const bell: Program = {
  bell: (state, deeds) => (state.isAsleep ? 'wake' : nextDeed(state, deeds)),
  wake: (state, deeds) => {
    if (state.isAsleep) {
      state.isAsleep = false
      if (state.reader.at === 'asleep') state.reader.at = 'look'
    }
    return nextDeed(state, deeds)
  },
}

const WRITER: Program = {
  publish: (state) => {
    state.tail += 1
    state.writer.done += 1
    return 'bell'
  },
  announce: (state) => {
    state.priority += 1
    state.writer.begun += 1
    return 'write place'
  },
  'write place': (state) => {
    state.place = state.places[state.writer.announced] ?? 0
    return 'write bytes'
  },
  'write bytes': (state) => {
    state.area = TORN
    return 'wrote bytes'
  },
  'wrote bytes': (state) => {
    state.area = state.writer.announced + 1
    return 'announced'
  },
  announced: (state) => {
    state.priority += 1
    state.writer.announced += 1
    state.writer.done += 1
    return 'bell'
  },
  ...bell,
}

/** Takes an announcement in the middle of another step, which goes on at `then`. */
function taking(name: string, then: string): Program {
  return {
    [name]: (state) => {
      const { reader } = state
      if (reader.held !== undefined) return then
      reader.first = state.priority
      return reader.first === reader.seen || reader.first % 2 === 1 ? then : `${name}: place`
    },
    [`${name}: place`]: (state) => {
      state.reader.held = { number: 0, place: state.place }
      return `${name}: bytes`
    },
    [`${name}: bytes`]: (state) => {
      state.reader.held = { number: state.area, place: state.reader.held?.place ?? 0 }
      return `${name}: again`
    },
    [`${name}: again`]: (state) => checkTaken(state, state.priority === state.reader.first, then),
  }
}

export function checkTaken({ reader, places }: AnnouncementState, isWhole: boolean, then: string): string {
  const { held } = reader
  if (!isWhole || held === undefined) {
    reader.held = undefined
    return then
  }
  if (held.number === TORN || places[held.number - 1] !== held.place)
    throw new Violation('a torn announcement was taken')
  reader.seen = reader.first
  return then
}

const READER: Program = {
  ...taking('look', 'act'),
  /** As a task that takes its snapshot. */
  act: ({ reader }) => {
    if (reader.held !== undefined) reader.acted = reader.held.number
    reader.held = undefined
    return 'poll'
  },
  poll: (state) => {
    state.reader.tail = state.tail
    return 'limit'
  },
  ...taking('limit', 'read'),
  read: (state) => {
    if (!isReadable(state)) return state.reader.held === undefined ? 'sleep' : 'act'
    checkRead(state)
    state.reader.count += 1
    return 'look'
  },
  sleep: (state) => {
    state.isAsleep = true
    return 'look before sleep'
  },
  ...taking('look before sleep', 'last poll'),
  'last poll': (state) => {
    state.reader.tail = state.tail
    return 'last limit'
  },
  ...taking('last limit', 'fall asleep'),
  'fall asleep': (state) => {
    if (isReadable(state) || state.reader.held !== undefined) {
      state.isAsleep = false
      return 'look'
    }
    return state.isAsleep ? 'asleep' : 'look'
  },
}

export const ANNOUNCING: Programs = { writer: WRITER, reader: READER }

function isReadable({ reader }: AnnouncementState): boolean {
  return Math.min(reader.tail, reader.held?.place ?? Infinity) > reader.count
}

/** Only a barrier whose place has gone to a newer one may be passed. */
function checkRead({ places, reader, writer }: AnnouncementState): void {
  const passed = places.findIndex((place, index) => index === writer.begun - 1 && place <= reader.count)
  if (passed >= 0 && reader.acted < passed + 1)
    throw new Violation(`slot ${String(reader.count)} was read past a barrier`)
}

function initialState(deeds: readonly Deed[]): AnnouncementState {
  const places = deeds.flatMap((deed, index) => {
    return deed === 'announce' ? [deeds.slice(0, index).filter((each) => each === 'publish').length] : []
  })
  const reader = { at: 'look', count: 0, tail: 0, seen: 0, first: 0, held: undefined, acted: 0 }
  const writer = { at: deeds[0] ?? 'done', done: 0, announced: 0, begun: 0 }
  return { tail: 0, priority: 0, place: 0, area: 0, isAsleep: false, writer, reader, places }
}

/** What goes wrong in some order of all steps; undefined when nothing does. */
export function violationOf(programs: Programs, deeds: readonly Deed[]): string | undefined {
  const seen = new Set<string>()
  const open = [initialState(deeds)]
  try {
    for (let state = open.pop(); state !== undefined; state = open.pop()) {
      const key = JSON.stringify(state)
      if (seen.has(key)) continue
      seen.add(key)
      open.push(...successors(state, programs, deeds))
    }
  } catch (error) {
    if (error instanceof Violation) return error.message
    throw error
  }
  return undefined
}

function successors(state: AnnouncementState, programs: Programs, deeds: readonly Deed[]): AnnouncementState[] {
  const next = (['writer', 'reader'] as const).flatMap((who) => {
    const copy = { ...state, writer: { ...state.writer }, reader: { ...state.reader } }
    const step = programs[who][copy[who].at]
    if (step === undefined) return []
    const before = copy[who].at
    const at = step(copy, deeds)
    // A wake-up of the other thread is not overwritten.
    if (copy[who].at === before) copy[who].at = at
    return [copy]
  })
  const { reader, writer, places } = state
  const isAllRead = reader.count === deeds.length - places.length && reader.acted === places.length
  if (next.length === 0 && !(writer.at === 'done' && isAllRead)) throw new Violation('nobody goes on')
  return next
}
