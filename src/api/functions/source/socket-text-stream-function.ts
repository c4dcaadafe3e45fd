import { FlinkError } from '../../../core/errors/flink-error.js'
import { messageOf } from '../../../core/errors/thrown-value.js'
import { openTcpConnection, type TcpConnection } from '../../../core/net/tcp-connection.js'
import { RichSourceFunction, type SourceContext } from '../source-function.js'

/** Wait between two attempts to connect, as Flink's. */
const RETRY_DELAY_MS = 500

/** Where the socket is and how its text is cut. */
export interface SocketSettings {
  readonly host: string
  readonly port: number
  /** Cuts the text into records; with a line feed a carriage return in front of it is removed. */
  readonly delimiter: string
  /** Attempts to connect again after the first; below 0: without end. */
  readonly maxRetry: number
}

/**
 * Text from a TCP server, cut at a delimiter. At most once: what was read before a failure is gone.
 *
 * @example
 * ```ts
 * import { StreamExecutionEnvironment } from 'flink-ts'
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * env.socketTextStream('localhost', 9999).print()
 * ```
 */
export class SocketTextStreamFunction extends RichSourceFunction<string> {
  /** What was read after the newest checkpoint does not come again; told when a job starts. */
  readonly isAtMostOnce = true
  readonly #settings: SocketSettings
  #connection: TcpConnection | undefined
  #isCancelled = false

  constructor(settings: SocketSettings) {
    super()
    this.#settings = settings
  }

  async run(context: SourceContext<string>): Promise<void> {
    for (let attempt = 0; !this.#isCancelled; attempt += 1) {
      const connection = await this.#connect(attempt)
      if (connection !== undefined) {
        this.#connection = connection
        await this.#readAll(connection, context)
        if (this.#settings.maxRetry === 0) return
      }
      if (this.#maxRetryReached(attempt)) return
      await this.#wait()
    }
  }

  override cancel(): void {
    this.#isCancelled = true
    this.#connection?.close()
  }

  override close(): void {
    this.cancel()
  }

  /** Undefined when it failed and may be tried again. */
  async #connect(attempt: number): Promise<TcpConnection | undefined> {
    const { host, port } = this.#settings
    try {
      return await openTcpConnection(host, port)
    } catch (error) {
      if (!this.#maxRetryReached(attempt)) return undefined
      const reason = messageOf(error)
      throw new FlinkError('SOCKET_CONNECTION_FAILED', { host, port, reason }, { cause: error })
    }
  }

  #maxRetryReached(attempt: number): boolean {
    const { maxRetry } = this.#settings
    return maxRetry >= 0 && attempt >= maxRetry
  }

  async #readAll(connection: TcpConnection, context: SourceContext<string>): Promise<void> {
    const { delimiter } = this.#settings
    const decoder = new TextDecoder()
    let text = ''
    try {
      for await (const chunk of connection.chunks) {
        text += decoder.decode(chunk, { stream: true })
        const records = text.split(delimiter)
        text = records.pop() ?? ''
        for (const record of records) {
          const wait = context.collect(this.#trimmed(record))
          if (wait !== undefined) await wait
        }
      }
    } catch (error) {
      if (!this.#isCancelled) throw error
    }
    if (text !== '' && !this.#isCancelled) await context.collect(this.#trimmed(text))
  }

  #trimmed(record: string): string {
    return this.#settings.delimiter === '\n' && record.endsWith('\r') ? record.slice(0, -1) : record
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => {
      this.getRuntimeContext().getClock().setTimer(RETRY_DELAY_MS, resolve)
    })
  }
}
