import { FlinkError } from '../../../core/errors/flink-error.js'
import type { FileWriter } from '../../../core/fs/file-system.js'
import { RichSinkFunction } from '../sink-function.js'
import { printFormat } from './print-format.js'

/**
 * What `writeAsText` does when the target is there already: NO_OVERWRITE is the error FILE_IO_FAILED.
 *
 * @example
 * ```ts
 * import { StreamExecutionEnvironment, WriteMode } from 'flink-ts'
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * env.fromElements('a', 'b').writeAsText('/tmp/letters.txt', WriteMode.OVERWRITE)
 * ```
 */
export const WriteMode = { NO_OVERWRITE: 'NO_OVERWRITE', OVERWRITE: 'OVERWRITE' } as const
export type WriteMode = keyof typeof WriteMode

const BUFFER_CHARS = 64 * 1024

/**
 * Writes every record as a line of a file; with a parallelism above 1 the path is a directory with the files 1, 2 ...
 * For debugging: a restart begins the files anew.
 */
export class WriteAsTextSink<T> extends RichSinkFunction<T> {
  readonly #path: string
  readonly #mode: WriteMode
  #writer: FileWriter | undefined
  #buffer = ''

  constructor(path: string, mode: WriteMode) {
    super()
    this.#path = path
    this.#mode = mode
  }

  override async open(): Promise<void> {
    const context = this.getRuntimeContext()
    const { fileSystem, path } = context.getFileSystems().forUri(this.#path)
    const isParallel = context.getNumberOfParallelSubtasks() > 1
    const file = isParallel ? `${path}/${String(context.getIndexOfThisSubtask() + 1)}` : path
    const isThere = (await fileSystem.status(file)) !== undefined
    if (isThere && this.#mode === 'NO_OVERWRITE' && context.getAttemptNumber() === 0) {
      const reason = 'it exists already; give WriteMode.OVERWRITE to replace it'
      throw new FlinkError('FILE_IO_FAILED', { operation: 'create', path: file, reason })
    }
    await fileSystem.mkdirs(file.slice(0, file.lastIndexOf('/')))
    this.#writer = await fileSystem.openForWrite(file)
  }

  invoke(value: T): void | Promise<void> {
    this.#buffer += `${printFormat(value)}\n`
    return this.#buffer.length >= BUFFER_CHARS ? this.#flush() : undefined
  }

  override finish(): Promise<void> {
    return this.#flush()
  }

  override async close(): Promise<void> {
    const writer = this.#writer
    this.#writer = undefined
    await writer?.close()
  }

  async #flush(): Promise<void> {
    const text = this.#buffer
    this.#buffer = ''
    if (text !== '') await this.#writer?.write(new TextEncoder().encode(text))
  }
}
