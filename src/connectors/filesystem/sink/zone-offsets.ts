/** In all zones of today the clock is changed at a multiple of it. */
const CHANGES_AT_MS = 15 * 60_000
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** As in Java; newer versions of Node take offsets of up to a day. */
const MAX_OFFSET_MS = 18 * HOUR_MS

/** By how much the clock of a zone is ahead of UTC. */
export class ZoneOffsets {
  readonly #fixedMs: number | undefined
  readonly #format: Intl.DateTimeFormat | undefined
  #slot = Number.NaN
  #offsetMs = 0

  private constructor(fixedMs: number | undefined, format: Intl.DateTimeFormat | undefined) {
    this.#fixedMs = fixedMs
    this.#format = format
  }

  /** Of the machine where no zone is given; undefined for one that nobody knows. */
  static of(zoneId: string | undefined): ZoneOffsets | undefined {
    const [, sign, hours, minutes] = /^(?:UTC|GMT)?([+-])(0?\d|1\d)(?::?([0-5]\d))?$/.exec(zoneId ?? '') ?? []
    if (sign !== undefined) {
      const offsetMs = Number(hours) * HOUR_MS + Number(minutes ?? 0) * MINUTE_MS
      if (offsetMs > MAX_OFFSET_MS) return undefined
      return new ZoneOffsets(sign === '-' ? -offsetMs : offsetMs, undefined)
    }
    if (zoneId === 'Z') return new ZoneOffsets(0, undefined)
    try {
      const number = 'numeric'
      const date = { year: number, month: number, day: number } as const
      const time = { hour: number, minute: number, second: number, hourCycle: 'h23' } as const
      const zone = zoneId === undefined ? {} : { timeZone: zoneId }
      const calendar = { era: 'short', calendar: 'gregory' } as const
      return new ZoneOffsets(undefined, new Intl.DateTimeFormat('en-US', { ...zone, ...date, ...time, ...calendar }))
    } catch {
      // What Intl does not take is no zone.
      return undefined
    }
  }

  offsetMsAt(timestampMs: number): number {
    if (this.#fixedMs !== undefined) return this.#fixedMs
    const slot = Math.floor(timestampMs / CHANGES_AT_MS)
    if (slot !== this.#slot) {
      this.#offsetMs = this.#localMs(slot * CHANGES_AT_MS) - slot * CHANGES_AT_MS
      this.#slot = slot
    }
    return this.#offsetMs
  }

  /** What the clock of the zone shows, taken for UTC. */
  #localMs(timestampMs: number): number {
    const parts = new Map(this.#format?.formatToParts(timestampMs).map(({ type, value }) => [type, value]))
    const [year, month, day, hour, minute, second] = ['year', 'month', 'day', 'hour', 'minute', 'second'].map((type) =>
      Number(parts.get(type as Intl.DateTimeFormatPartTypes)),
    ) as [number, number, number, number, number, number]
    return Date.UTC(parts.get('era') === 'BC' ? 1 - year : year, month - 1, day, hour, minute, second)
  }
}
