/** Files that are read: the same records as lines of text, as CSV and as JSON lines, 65 to 120 bytes each. */
import { closeSync, openSync, statSync, writeSync } from 'node:fs'
import { Types, type TypeInformation } from 'flink-ts'

export type FileFormat = 'lines' | 'csv' | 'json'

export interface Visit {
  readonly user: string
  readonly count: number
  readonly at: string
  readonly page: string
  readonly amount: number
}

export const VISIT_COLUMNS: {
  readonly user: TypeInformation<string>
  readonly count: TypeInformation<number>
  readonly at: TypeInformation<string>
  readonly page: TypeInformation<string>
  readonly amount: TypeInformation<number>
} = { user: Types.STRING, count: Types.LONG, at: Types.STRING, page: Types.STRING, amount: Types.DOUBLE }

const USERS = 10_000
const RECORDS_A_WRITE = 10_000

function visitOf(index: number): Visit {
  return {
    user: `user-${String((index * 7919) % USERS)}`,
    count: index % 1000,
    at: new Date(1_700_000_000_000 + index * 1000).toISOString(),
    page: `/products/category-${String(index % 97)}/item`,
    amount: (index % 10_000) / 4,
  }
}

function textOf(format: FileFormat, visit: Visit): string {
  return format === 'json' ? JSON.stringify(visit) : Object.values(visit).join(',')
}

/** Gives the size of the file in bytes. */
export function writeBenchFile(path: string, format: FileFormat, records: number): number {
  const file = openSync(path, 'w')
  for (let from = 0; from < records; from += RECORDS_A_WRITE) {
    const lines: string[] = []
    for (let index = from; index < Math.min(records, from + RECORDS_A_WRITE); index += 1) {
      lines.push(textOf(format, visitOf(index)))
    }
    writeSync(file, `${lines.join('\n')}\n`)
  }
  closeSync(file)
  return statSync(path).size
}
