import type { TextWriter } from '../runtime-context.js'
import { RichSinkFunction } from '../sink-function.js'
import { printFormat } from './print-format.js'

/**
 * Writes every record as a line to standard output or standard error. With a parallelism above 1 the line begins with the
 * subtask, counted from 1: `2> `; with an identifier `name> ` or `name:2> `. At least once.
 *
 * @example
 * ```ts
 * import { PrintSinkFunction, StreamExecutionEnvironment } from 'flink-ts'
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * env.fromElements(1, 2, 3).addSink(new PrintSinkFunction('numbers'))
 * ```
 */
export class PrintSinkFunction<T> extends RichSinkFunction<T> {
  readonly #identifier: string | undefined
  readonly #isStandardError: boolean
  #writer: TextWriter | undefined
  #prefix = ''

  constructor(identifier?: string, isStandardError = false) {
    super()
    this.#identifier = identifier
    this.#isStandardError = isStandardError
  }

  override open(): void {
    const context = this.getRuntimeContext()
    this.#writer = this.#isStandardError ? context.getStandardError() : context.getStandardOutput()
    const subtask = context.getNumberOfParallelSubtasks() > 1 ? String(context.getIndexOfThisSubtask() + 1) : ''
    const parts = [this.#identifier ?? '', subtask].filter((part) => part !== '')
    this.#prefix = parts.length === 0 ? '' : `${parts.join(':')}> `
  }

  invoke(value: T): void {
    this.#writer?.write(`${this.#prefix}${printFormat(value)}\n`)
  }
}
