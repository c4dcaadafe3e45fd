import { InputStatus } from '../../api/connector/source/input-status.js'
import { SequenceReaderBase } from '../../api/connector/source/lib/sequence-reader-base.js'
import type { ReaderOutput, SourceOutput } from '../../api/connector/source/reader-output.js'
import type { SourceReaderContext } from '../../api/connector/source/source-reader-context.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { refusePromise } from '../base/refuse-promise.js'
import type { GeneratorFunction } from './generator-function.js'
import type { RateLimiter } from './rate-limiter.js'

/** Emits what the function makes of each number, when the limiter lets it. */
export class DataGeneratorReader<O> extends SequenceReaderBase<O> {
  readonly #function: GeneratorFunction<O>
  readonly #limiter: RateLimiter | undefined
  /** The limiter lets one record go. */
  #hasPermit: boolean
  #permit: Promise<void> | undefined

  constructor(context: SourceReaderContext, generatorFunction: GeneratorFunction<O>, limiter: RateLimiter | undefined) {
    super(context)
    this.#function = generatorFunction
    this.#limiter = limiter
    this.#hasPermit = limiter === undefined
  }

  override pollNext(output: ReaderOutput<O>): InputStatus {
    if (!this.#hasPermit && !this.#acquire()) return InputStatus.NOTHING_AVAILABLE
    return super.pollNext(output)
  }

  override isAvailable(): Promise<void> {
    return this.#permit ?? super.isAvailable()
  }

  override notifyCheckpointComplete(checkpointId: number): void {
    this.#limiter?.notifyCheckpointComplete?.(checkpointId)
  }

  override async close(): Promise<void> {
    this.#limiter?.close?.()
    await this.#function.close?.()
  }

  protected emit(value: number, output: SourceOutput<O>): void {
    if (this.#limiter !== undefined) this.#hasPermit = false
    const record = this.#function.map(value)
    refusePromise(record, ['DataGeneratorSource', 'map'])
    if (record === undefined) {
      throw new FlinkError('RESULT_MISSING', { operator: 'DataGeneratorSource', method: 'map', source: '' })
    }
    output.collect(record)
  }

  /** True when the next record may go. */
  #acquire(): boolean {
    if (this.#permit !== undefined) return false
    const permit = this.#limiter?.acquire()
    this.#hasPermit = permit === undefined
    if (permit === undefined) return true
    this.#permit = permit.then(() => {
      this.#hasPermit = true
      this.#permit = undefined
    })
    return false
  }
}
