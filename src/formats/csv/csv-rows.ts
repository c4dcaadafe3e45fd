// Duty: the text of a row as a record.
import { describeValue } from '../../core/errors/describe-value.js'
import type { CsvColumn } from './csv-column.js'
import { CsvRowError, CsvRowSplitter } from './csv-row-splitter.js'
import type { CsvForm, CsvSchema } from './csv-schema.js'

export class CsvRows<T> {
  readonly splitter: CsvRowSplitter
  readonly #form: CsvForm
  /** By their place in the row; undefined for one that the schema does not have. */
  readonly #columns: readonly (CsvColumn | undefined)[]
  /** For the texts of one row after the other. */
  readonly #fields: string[] = []

  /** `header`: the names of the columns in their order. CsvRowError where one of the schema is not among them, or twice. */
  constructor({ columns, form }: CsvSchema<T>, header?: readonly string[]) {
    this.#form = form
    this.splitter = new CsvRowSplitter(form)
    this.#columns = header === undefined ? columns : inOrderOf(header, columns)
  }

  /** An empty line is no row, but where a row is one text. */
  isEmpty(row: string): boolean {
    return row === '' && this.#columns.length > 1
  }

  /** CsvRowError for a row that is no record. */
  recordOf(row: string): T {
    const fields = this.#fields
    const columns = this.#columns
    this.splitter.split(row, fields)
    if (fields.length !== columns.length) {
      throw new CsvRowError(`it has ${String(fields.length)} columns in place of ${String(columns.length)}`, 1)
    }
    const record: Record<string, unknown> = {}
    for (let index = 0; index < columns.length; index += 1) {
      const column = columns[index]
      const text = fields[index]
      if (column === undefined || text === undefined) continue
      const value = this.#valueOf(text, column)
      if (value === undefined) throw this.#invalid(row, index, column)
      record[column.name] = value
    }
    return record as T
  }

  #valueOf(text: string, { read, isList }: CsvColumn): unknown {
    const { nullValue, arrayElementSeparator } = this.#form
    if (nullValue !== undefined && text === nullValue) return null
    if (!isList) return read(text)
    if (text === '') return []
    const values = text.split(arrayElementSeparator).map((element) => read(element))
    return values.includes(undefined) ? undefined : values
  }

  #invalid(row: string, index: number, { name, expected, isList }: CsvColumn): CsvRowError {
    const starts: number[] = []
    const fields: string[] = []
    this.splitter.split(row, fields, starts)
    const type = isList ? `a list of which each is ${expected}` : expected
    const reason = `the column ${name} has to be ${type}, but is ${describeValue(fields[index])}`
    return new CsvRowError(reason, (starts[index] ?? 0) + 1)
  }
}

function inOrderOf(header: readonly string[], columns: readonly CsvColumn[]): readonly (CsvColumn | undefined)[] {
  const names = header.map((name) => name.trim())
  const missing = columns.filter(({ name }) => !names.includes(name)).map(({ name }) => name)
  if (missing.length > 0) {
    throw new CsvRowError(`the header has no column ${missing.join(', ')}; it has ${names.join(', ')}`, 1)
  }
  const twice = columns.find(({ name }) => names.indexOf(name) !== names.lastIndexOf(name))
  if (twice !== undefined) throw new CsvRowError(`the header has the column ${twice.name} more than once`, 1)
  return names.map((name) => columns.find((column) => column.name === name))
}
