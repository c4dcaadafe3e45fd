/** Records of more than a row of primitives; each kind has an id, whose remainder says which worker it goes to. */
interface Nested {
  readonly id: number
  readonly user: { readonly name: string; readonly address: { readonly city: string; readonly zip: number } }
  readonly tags: readonly string[]
  readonly amounts: readonly number[]
  readonly active: boolean
}

interface LongText {
  readonly id: number
  readonly text: string
}

interface Rich {
  readonly id: number
  readonly at: Date
  readonly total: bigint
  readonly counts: ReadonlyMap<string, number>
}

type Tuple = readonly [id: number, key: string, amount: number]

export type ExchangeKind = 'nested' | 'string' | 'tuple' | 'rich'
export type ExchangeRecord = Nested | LongText | Tuple | Rich

const TEXT_LENGTH = 1000
const TEXT_STARTS = 0xfff

export function exchangeRecordMaker(kind: ExchangeKind): (id: number) => ExchangeRecord {
  switch (kind) {
    case 'nested':
      return (id) => ({
        id,
        user: {
          name: `user ${String(id % 1000)}`,
          address: { city: `city ${String(id % 50)}`, zip: 10_000 + (id % 80_000) },
        },
        tags: ['new', `tag ${String(id % 10)}`],
        amounts: [id, id + 0.5],
        active: id % 2 === 0,
      })
    case 'string': {
      const line = 'The quick brown fox jumps over the lazy dog. '
      const text = Buffer.from(line.repeat(200).slice(0, TEXT_STARTS + TEXT_LENGTH + 1)).toString('latin1')
      return (id) => {
        const start = id & TEXT_STARTS
        return { id, text: text.substring(start, start + TEXT_LENGTH) }
      }
    }
    case 'tuple':
      return (id) => [id, `k${String(id % 100_000)}`, id / 4]
    case 'rich':
      return (id) => ({
        id,
        at: new Date(1_700_000_000_000 + id),
        total: BigInt(id) * 1_000_000_007n,
        counts: new Map([
          ['clicks', id % 100],
          ['views', id % 1000],
        ]),
      })
  }
}

export function idOf(kind: ExchangeKind): (record: ExchangeRecord) => number {
  if (kind === 'tuple') return (record) => (record as Tuple)[0]
  return (record) => (record as Nested).id
}
