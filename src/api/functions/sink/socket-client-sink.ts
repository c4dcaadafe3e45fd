import { FlinkError } from '../../../core/errors/flink-error.js'
import { describeValue } from '../../../core/errors/describe-value.js'
import { messageOf } from '../../../core/errors/thrown-value.js'
import { openTcpWriter, type TcpWriter } from '../../../core/net/tcp-writer.js'
import type {
  CheckpointedFunction,
  FunctionInitializationContext,
  FunctionSnapshotContext,
} from '../checkpointed-function.js'
import type { CheckpointListener } from '../checkpoint-listener.js'
import { checkedInteger, checkedPort } from '../../types/checked-number.js'
import { RichSinkFunction } from '../sink-function.js'
import type { FlushingSink } from './flushing-sink.js'
import { SentBytes } from './sent-bytes.js'
import type { SerializationSchema } from './serialization-schema.js'

/** Wait between two attempts to connect, as Flink's. */
const RETRY_DELAY_MS = 500
const BUFFER_BYTES = 64 * 1024

/** Where the receiver is, and how often it is looked for again. */
export interface SocketSinkSettings<T> {
  readonly host: string
  readonly port: number
  readonly schema: SerializationSchema<T>
  /** Attempts to connect after the first, each time that the connection is gone; below 0: without end. */
  readonly maxNumRetries: number
}

/**
 * Writes records to a TCP server. At least once: everything is written before a checkpoint, and what was sent since the last
 * one is sent again over a new connection when the old one breaks. Where that was too much to keep (4 MiB) the task fails, and
 * the job sends it again from its checkpoint. TCP says nothing of what the receiver has read: what it held unread when it
 * died, of before the last checkpoint, is gone.
 *
 * @example
 * ```ts
 * import { StreamExecutionEnvironment } from 'flink-ts'
 * import { SocketClientSink } from 'flink-ts/connectors/socket'
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * const schema = { serialize: (line: string) => `${line}\n` }
 * env.fromElements('to be', 'or not').addSink(new SocketClientSink({ host: 'localhost', port: 9999, schema, maxNumRetries: 3 }))
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/streaming/api/functions/sink/SocketClientSink.html
 */
export class SocketClientSink<T>
  extends RichSinkFunction<T>
  implements FlushingSink, CheckpointedFunction, CheckpointListener
{
  readonly #settings: SocketSinkSettings<T>
  readonly #sent = new SentBytes()
  #connection: TcpWriter | undefined
  #buffer: Uint8Array[] = []
  #bufferBytes = 0
  /** Everything that was given to the connection so far; rejects for ever once that failed. */
  #written: Promise<void> = Promise.resolve()
  /** Nothing comes any more, and what came is written, or given up. */
  #isOver = false

  constructor(settings: SocketSinkSettings<T>) {
    super()
    checkedPort('SocketClientSink', settings.port)
    checkedInteger('SocketClientSink', 'maxNumRetries', settings.maxNumRetries, {})
    this.#settings = settings
  }

  initializeState(_context: FunctionInitializationContext): void {
    // It is all in what comes again.
  }

  override async open(): Promise<void> {
    this.#connection = await this.#connect()
  }

  invoke(value: T): void | Promise<void> {
    const bytes = this.#bytesOf(value)
    this.#buffer.push(bytes)
    this.#bufferBytes += bytes.length
    return this.#bufferBytes >= BUFFER_BYTES ? this.flush() : undefined
  }

  hasUnflushed(): boolean {
    return this.#bufferBytes > 0
  }

  flush(): Promise<void> {
    if (this.#bufferBytes === 0) {
      // A checkpoint that completes now would let go of what has to be sent again. Once all is sent, a receiver that closes
      // only answers our own end.
      if (!this.#isOver && this.#connection?.failure !== undefined)
        this.#written = this.#written.then(() => this.#repair())
      return this.#written
    }
    const bytes = Buffer.concat(this.#buffer)
    this.#buffer = []
    this.#bufferBytes = 0
    this.#written = this.#written.then(() => this.#send(bytes))
    return this.#written
  }

  snapshotState(context: FunctionSnapshotContext): void {
    this.#sent.snapshotTaken(context.getCheckpointId())
  }

  notifyCheckpointComplete(checkpointId: number): void {
    this.#sent.checkpointCompleted(checkpointId)
  }

  override async finish(): Promise<void> {
    await this.flush()
    this.#isOver = true
    await this.#connection?.end()
  }

  override close(): void {
    this.#isOver = true
    this.#connection?.destroy()
  }

  async #send(bytes: Uint8Array): Promise<void> {
    this.#sent.add(bytes)
    try {
      await this.#connection?.write(bytes)
    } catch (error) {
      await this.#sendAgain(error)
    }
  }

  async #repair(): Promise<void> {
    const failure = this.#connection?.failure
    if (failure !== undefined) await this.#sendAgain(failure)
  }

  /** Over new connections, until one holds as long as it takes. */
  async #sendAgain(cause: unknown): Promise<void> {
    let broken = cause
    for (let attempt = 0; this.#mayTry(attempt); attempt += 1) {
      if (!this.#sent.isWhole) throw this.#failure('sent too much since the last checkpoint to send it again', broken)
      await this.#wait()
      try {
        this.#connection?.destroy()
        this.#connection = await openTcpWriter(this.#settings.host, this.#settings.port)
        for (const piece of this.#sent.pieces) await this.#connection.write(piece)
        return
      } catch (error) {
        broken = error
      }
    }
    throw this.#failure('lost its connection', broken)
  }

  async #connect(): Promise<TcpWriter> {
    const { host, port } = this.#settings
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await openTcpWriter(host, port)
      } catch (error) {
        if (!this.#mayTry(attempt)) throw this.#failure('could not connect', error)
        await this.#wait()
      }
    }
  }

  #mayTry(attempt: number): boolean {
    const { maxNumRetries } = this.#settings
    return !this.#isOver && (maxNumRetries < 0 || attempt < maxNumRetries)
  }

  #bytesOf(value: T): Uint8Array {
    const serialized: unknown = this.#settings.schema.serialize(value)
    if (typeof serialized === 'string') return new TextEncoder().encode(serialized)
    // The schema may write its next record into the same bytes.
    if (serialized instanceof Uint8Array) return serialized.slice()
    throw new FlinkError('SERIALIZED_VALUE_INVALID', {
      task: this.getRuntimeContext().getTaskName(),
      given: describeValue(serialized),
    })
  }

  #failure(what: string, cause: unknown): FlinkError {
    const { host, port } = this.#settings
    return new FlinkError('SOCKET_SINK_FAILED', { what, host, port, reason: messageOf(cause) }, { cause })
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => {
      this.getRuntimeContext().getClock().setTimer(RETRY_DELAY_MS, resolve)
    })
  }
}
