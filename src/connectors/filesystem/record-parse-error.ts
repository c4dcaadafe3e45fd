import { ReasonError } from '../../core/errors/reason-error.js'

/** Why some bytes of a block are no record; whoever knows the file makes a FlinkError of it. */
export class RecordParseError extends ReasonError {
  /** In bytes of the block. */
  readonly start: number
  readonly end: number
  /** In characters of the record, from 1 on; undefined where it is not known. */
  readonly column: number | undefined

  constructor(reason: string, start: number, end: number, column?: number) {
    super(reason)
    this.start = start
    this.end = end
    this.column = column
  }
}
