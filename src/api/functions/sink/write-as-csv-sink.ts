import { describeValue } from '../../../core/errors/describe-value.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { FileSinkFunction } from './file-sink-function.js'
import { printFormat } from './print-format.js'
import type { WriteMode } from './write-mode.js'

/** What is between the fields of a record, and after each record. */
export interface CsvDelimiters {
  readonly row: string
  readonly field: string
}

/** Writes every tuple as a line of its fields, each as `print()` would; what is null or undefined is an empty field. */
export class WriteAsCsvSink<T> extends FileSinkFunction<T> {
  protected override readonly method = 'writeAsCsv'
  readonly #delimiters: CsvDelimiters

  constructor(path: string, mode: WriteMode, delimiters: CsvDelimiters) {
    super(path, mode)
    this.#delimiters = delimiters
  }

  protected override textOf(value: T): string {
    if (!Array.isArray(value)) {
      const task = this.getRuntimeContext().getTaskName()
      throw new FlinkError('CSV_RECORD_INVALID', { task, given: describeValue(value) })
    }
    const { row, field } = this.#delimiters
    return `${value.map((each: unknown) => (each === null || each === undefined ? '' : printFormat(each))).join(field)}${row}`
  }
}
