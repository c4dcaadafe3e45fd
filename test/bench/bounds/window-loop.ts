/**
 * Windows written by hand, in one thread: `node window-loop.js tumbling|sliding|session|hot --records n --keys n`. They
 * update each window of a record, as one would write it down, and are fired by a watermark every 200 records.
 */
import { parseArgs } from 'node:util'
import type { AggregateFunction } from 'flink-ts'
import { DISORDER_MS, timedRecordMaker, type TimedRecord } from '../jobs/timed-records.js'
import { count, sumAndCount, type Sum } from '../jobs/window-functions.js'

const WATERMARK_EVERY = 200
/** The first part warms up, as with the jobs. */
const WARMUP_SHARE = 0.3

interface WindowLoop {
  add(record: TimedRecord): void
  advance(watermark: number): void
}

let sunk = 0

type Fold<A> = Pick<AggregateFunction<TimedRecord, A, A>, 'createAccumulator' | 'add'>

/** Windows of one length every `slideMs`, a Map of the keys each. */
class AlignedLoop<A> implements WindowLoop {
  readonly #windows = new Map<number, Map<string, A>>()
  readonly #lengths: { readonly sizeMs: number; readonly slideMs: number }
  readonly #fold: Fold<A>
  readonly #emit: (window: Map<string, A>) => void

  constructor(
    lengths: { readonly sizeMs: number; readonly slideMs: number },
    fold: Fold<A>,
    emit: (window: Map<string, A>) => void,
  ) {
    this.#lengths = lengths
    this.#fold = fold
    this.#emit = emit
  }

  add(record: TimedRecord): void {
    const { sizeMs, slideMs } = this.#lengths
    for (let start = record.ts - (record.ts % slideMs); start > record.ts - sizeMs; start -= slideMs) {
      let window = this.#windows.get(start + sizeMs)
      if (window === undefined) this.#windows.set(start + sizeMs, (window = new Map<string, A>()))
      window.set(record.key, this.#fold.add(record, window.get(record.key) ?? this.#fold.createAccumulator()))
    }
  }

  advance(watermark: number): void {
    for (const [end, window] of this.#windows) {
      if (end - 1 > watermark) continue
      this.#emit(window)
      this.#windows.delete(end)
    }
  }
}

interface Session {
  start: number
  end: number
  count: number
}

const GAP_MS = 5000
const LOOK_EVERY_MS = 1000

class SessionLoop implements WindowLoop {
  readonly #sessions = new Map<string, Session[]>()
  #lookedAt = 0

  add({ key, ts }: TimedRecord): void {
    const sessions = this.#sessions.get(key)
    if (sessions === undefined) {
      this.#sessions.set(key, [{ start: ts, end: ts + GAP_MS, count: 1 }])
      return
    }
    let into: Session | undefined
    for (let at = sessions.length - 1; at >= 0; at -= 1) {
      const session = sessions[at] as Session
      if (session.start > ts + GAP_MS || session.end < ts) continue
      if (into === undefined) {
        into = session
        into.start = Math.min(into.start, ts)
        into.end = Math.max(into.end, ts + GAP_MS)
        into.count += 1
      } else {
        into.start = Math.min(into.start, session.start)
        into.end = Math.max(into.end, session.end)
        into.count += session.count
        sessions.splice(at, 1)
      }
    }
    if (into === undefined) sessions.push({ start: ts, end: ts + GAP_MS, count: 1 })
  }

  advance(watermark: number): void {
    if (watermark < this.#lookedAt + LOOK_EVERY_MS) return
    this.#lookedAt = watermark
    for (const [key, sessions] of this.#sessions) {
      const open = sessions.filter(({ end }) => end - 1 > watermark)
      if (open.length === sessions.length) continue
      for (const { end, count } of sessions) if (end - 1 <= watermark) sunk += count
      if (open.length === 0) this.#sessions.delete(key)
      else this.#sessions.set(key, open)
    }
  }
}

const LOOPS = {
  tumbling: () =>
    new AlignedLoop<Sum>({ sizeMs: 10_000, slideMs: 10_000 }, sumAndCount, (window) => {
      for (const { sum, count: counted } of window.values()) sunk += sum + counted
    }),
  sliding: () =>
    new AlignedLoop<number>({ sizeMs: 60_000, slideMs: 10_000 }, count, (window) => {
      for (const counted of window.values()) sunk += counted
    }),
  session: () => new SessionLoop(),
  hot: () =>
    new AlignedLoop<number>({ sizeMs: 10_000, slideMs: 2000 }, count, (window) => {
      let most = 0
      let item = ''
      for (const [key, counted] of window) {
        if (counted < most || (counted === most && key > item)) continue
        most = counted
        item = key
      }
      sunk += most
    }),
} as const satisfies Record<string, () => WindowLoop>

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { records: { type: 'string', default: '1000000' }, keys: { type: 'string', default: '10000' } },
})
const records = Number(values.records)
const make = timedRecordMaker(Number(values.keys), 12345)
const loop: WindowLoop = LOOPS[positionals[0] as keyof typeof LOOPS]()
const warm = Math.floor(records * WARMUP_SHARE)
let greatest = 0
let startMs = 0
for (let id = 0; id < records; id += 1) {
  if (id === warm) startMs = performance.now()
  const record = make(id)
  loop.add(record)
  greatest = Math.max(greatest, record.ts)
  if (id % WATERMARK_EVERY === 0) loop.advance(greatest - DISORDER_MS - 1)
}
const totalMs = performance.now() - startMs
loop.advance(Number.POSITIVE_INFINITY)
console.log(JSON.stringify({ mrps: (records - warm) / totalMs / 1000, sunk }))
