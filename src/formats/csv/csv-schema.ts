import type { FieldTypes } from '../../api/types/record-type.js'
import { Types, type TypeOf } from '../../api/types/types-table.js'
import { isTypeInformation } from '../../api/types/type-check.js'
import type { TypeInformation } from '../../api/types/type-information.js'
import { describeValue } from '../../core/errors/describe-value.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { csvColumn, type CsvColumn } from './csv-column.js'

/** How rows are written. */
export interface CsvForm {
  readonly columnSeparator: string
  /** Undefined: nothing is quoted. */
  readonly quoteChar: string | undefined
  readonly escapeChar: string | undefined
  /** What stands for null. */
  readonly nullValue: string | undefined
  readonly arrayElementSeparator: string
  readonly hasHeader: boolean
  readonly skipsFirstDataRow: boolean
  readonly mayBreakLines: boolean
}

const DEFAULT_FORM: CsvForm = {
  columnSeparator: ',',
  quoteChar: '"',
  escapeChar: undefined,
  nullValue: undefined,
  arrayElementSeparator: ';',
  hasHeader: false,
  skipsFirstDataRow: false,
  mayBreakLines: true,
}

/**
 * The columns of CSV and what stands between them: `,` between columns, `"` around texts, a quote within them doubled. Each `with...`
 * gives a schema like this one, but for what it says. GRAPH_INVALID for what cannot be.
 *
 * @example
 * ```ts
 * import { Types } from 'flink-ts'
 * import { CsvSchema } from 'flink-ts/formats/csv'
 *
 * const orders = CsvSchema.forColumns({ user: Types.STRING, amount: Types.DOUBLE, at: Types.INSTANT })
 *   .withHeader()
 *   .withColumnSeparator(';')
 *   .withNullValue('N/A')
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/connectors/datastream/formats/csv/
 */
export class CsvSchema<T> {
  /** Of the records: an object with a field a column. */
  readonly type: TypeInformation<T>
  readonly columns: readonly CsvColumn[]
  readonly form: CsvForm

  private constructor(columns: readonly CsvColumn[], type: TypeInformation<T>, form: CsvForm) {
    this.columns = columns
    this.type = type
    this.form = form
  }

  /**
   * In the order in which they stand in a row, or with a header in any. STRING, LONG, INT, DOUBLE, BOOLEAN, BIG_INT, INSTANT (ISO 8601, UTC
   * where it names no zone), and a LIST of these.
   */
  static forColumns<F extends FieldTypes>(columns: F): CsvSchema<{ -readonly [K in keyof F]: TypeOf<F[K]> }> {
    if (typeof columns !== 'object' || columns === null || Object.keys(columns).length === 0) {
      refuse(`it needs columns, such as { user: Types.STRING }, and was given ${describeValue(columns)}`)
    }
    const all = Object.entries(columns).map(([name, type]) => {
      const column = isTypeInformation(type) ? csvColumn(name, type.description) : undefined
      const found = isTypeInformation(type) ? type.description : describeValue(type)
      return column ?? refuse(`the column ${name} has to be a simple type or a list of one, and is ${found}`)
    })
    return new CsvSchema(all, Types.OBJECT(columns), DEFAULT_FORM)
  }

  /** The first row names the columns, in any order; columns that the schema does not have are left out. */
  withHeader(): CsvSchema<T> {
    return this.#with({ hasHeader: true })
  }

  withoutHeader(): CsvSchema<T> {
    return this.#with({ hasHeader: false })
  }

  /** The first row, or the one after the header, is no record. */
  withSkipFirstDataRow(): CsvSchema<T> {
    return this.#with({ skipsFirstDataRow: true })
  }

  withColumnSeparator(columnSeparator: string): CsvSchema<T> {
    return this.#with({ columnSeparator: character('withColumnSeparator', columnSeparator) })
  }

  withQuoteChar(quoteChar: string): CsvSchema<T> {
    return this.#with({ quoteChar: character('withQuoteChar', quoteChar) })
  }

  withoutQuoteChar(): CsvSchema<T> {
    return this.#with({ quoteChar: undefined })
  }

  /** Within quotes the character after it is taken as it is. */
  withEscapeChar(escapeChar: string): CsvSchema<T> {
    return this.#with({ escapeChar: character('withEscapeChar', escapeChar) })
  }

  /** What stands for null, in a column of any type. */
  withNullValue(nullValue: string): CsvSchema<T> {
    if (typeof nullValue !== 'string') refuse(`withNullValue takes a text, and was given ${describeValue(nullValue)}`)
    return this.#with({ nullValue })
  }

  /** Between the elements of a list; `;` where nothing is said. */
  withArrayElementSeparator(separator: string): CsvSchema<T> {
    return this.#with({ arrayElementSeparator: character('withArrayElementSeparator', separator) })
  }

  /** No text has a line break in it: then large files are read in parts, by several readers. */
  withoutLineBreaksInTexts(): CsvSchema<T> {
    return this.#with({ mayBreakLines: false })
  }

  #with(changed: Partial<CsvForm>): CsvSchema<T> {
    const form = { ...this.form, ...changed }
    const { columnSeparator, quoteChar, escapeChar } = form
    if (columnSeparator === quoteChar || columnSeparator === escapeChar || (quoteChar && quoteChar === escapeChar)) {
      refuse('column separator, quote and escape have to be different characters')
    }
    return new CsvSchema(this.columns, this.type, form)
  }
}

/** As it was given; GRAPH_INVALID where it is none. */
export function checkedCsvSchema<T>(place: string, schema: CsvSchema<T>): CsvSchema<T> {
  if (schema instanceof CsvSchema) return schema
  const reason = `it takes a CsvSchema, such as CsvSchema.forColumns({ ... }), and was given ${describeValue(schema)}`
  throw new FlinkError('GRAPH_INVALID', { operator: place, reason })
}

function character(call: string, given: string): string {
  if (typeof given === 'string' && given.length === 1 && !/[\r\n]/.test(given)) return given
  return refuse(`${call} takes one character, no line break, and was given ${describeValue(given)}`)
}

function refuse(reason: string): never {
  throw new FlinkError('GRAPH_INVALID', { operator: 'CsvSchema', reason })
}
