const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const DAY_MS = 86_400_000
const NOON = 12
const DIGITS_OF_MS = 3

type Field = (local: Date) => string

/** A pattern of Java's DateTimeFormatter, as far as names of directories want it; names of months and days are English. */
export class DateTimePattern {
  readonly hasFractions: boolean
  readonly #fields: readonly Field[]

  private constructor(fields: readonly Field[], hasFractions: boolean) {
    this.#fields = fields
    this.hasFractions = hasFractions
  }

  /** Gives a text that says what is wrong with it, where something is. */
  static parse(pattern: unknown): DateTimePattern | string {
    if (typeof pattern !== 'string') return 'the format has to be a text'
    const fields: Field[] = []
    let hasFractions = false
    for (const [part] of pattern.matchAll(/'(?:[^']|'')*'|'|([A-Za-z])\1*|[^A-Za-z']+/g)) {
      if (part === "'") return `the format ${pattern} has a quote without an end`
      if (!/^[A-Za-z]/.test(part)) {
        const text = part === "''" ? "'" : part.replace(/^'|'$/g, '').replaceAll("''", "'")
        fields.push(() => text)
        continue
      }
      const field = fieldOf(part)
      if (field === undefined) return `'${part}' in the format ${pattern} is none of y u M d D H h k K m s S a E`
      hasFractions ||= part.startsWith('S')
      fields.push(field)
    }
    return new DateTimePattern(fields, hasFractions)
  }

  /** `localMs`: what the clock of the zone shows, taken for UTC. */
  format(localMs: number): string {
    const local = new Date(localMs)
    return this.#fields.map((field) => field(local)).join('')
  }
}

function fieldOf(letters: string): Field | undefined {
  const { length } = letters
  const padded = (value: (local: Date) => number): Field => {
    return (local) => String(value(local)).padStart(length, '0')
  }
  switch (letters[0]) {
    case 'y':
    case 'u':
      return length === 2
        ? (local) => String(local.getUTCFullYear() % 100).padStart(2, '0')
        : padded((local) => local.getUTCFullYear())
    case 'M':
    case 'L':
      if (length <= 2) return padded((local) => local.getUTCMonth() + 1)
      return (local) => shortened(MONTHS[local.getUTCMonth()], length)
    case 'E':
      return (local) => shortened(DAYS[local.getUTCDay()], length)
    case 'a':
      return (local) => (local.getUTCHours() < NOON ? 'AM' : 'PM')
    case 'S':
      return (local) =>
        String(local.getUTCMilliseconds()).padStart(DIGITS_OF_MS, '0').padEnd(length, '0').slice(0, length)
    default: {
      const value = numberOf(letters[0] ?? '')
      return value === undefined ? undefined : padded(value)
    }
  }
}

function numberOf(letter: string): ((local: Date) => number) | undefined {
  switch (letter) {
    case 'd':
      return (local) => local.getUTCDate()
    case 'D':
      return (local) => Math.floor((local.getTime() - Date.UTC(local.getUTCFullYear(), 0, 1)) / DAY_MS) + 1
    case 'H':
      return (local) => local.getUTCHours()
    case 'k':
      return (local) => local.getUTCHours() || 2 * NOON
    case 'K':
      return (local) => local.getUTCHours() % NOON
    case 'h':
      return (local) => local.getUTCHours() % NOON || NOON
    case 'm':
      return (local) => local.getUTCMinutes()
    case 's':
      return (local) => local.getUTCSeconds()
    default:
      return undefined
  }
}

function shortened(name = '', length: number): string {
  return length === 4 ? name : name.slice(0, length === 5 ? 1 : DIGITS_OF_MS)
}
