import { FileSinkFunction } from './file-sink-function.js'
import { printFormat } from './print-format.js'

/** Writes every record as a line, as `print()` would. */
export class WriteAsTextSink<T> extends FileSinkFunction<T> {
  protected override readonly method = 'writeAsText'

  protected override textOf(value: T): string {
    return `${printFormat(value)}\n`
  }
}
