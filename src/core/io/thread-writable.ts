import { Writable } from 'node:stream'

/** What a thread's own output is written to: `StandardStream`, or a double in tests. */
export interface ByteOutput {
  writeBytes(bytes: Buffer): void
  flush(): void
}

export interface ThreadWritableSettings {
  readonly output: ByteOutput
  /** True while what is written belongs to a run of main that is not the first one. */
  readonly isMuted: () => boolean
  /** Nothing is thrown at whoever writes, as with Node's own `console`. */
  readonly onFailure: (error: unknown) => void
  /** What the thread's sinks have printed before, and did not get out. */
  readonly onSinkFailure: (error: unknown) => void
}

/**
 * `process.stdout` or `process.stderr` of a thread, and with it `console`: one way out with what the thread's sinks print, so
 * that the order of the lines is that of the calls, and each line is out when its call returns.
 */
export class ThreadWritable extends Writable {
  readonly #settings: ThreadWritableSettings

  constructor(settings: ThreadWritableSettings) {
    super({ decodeStrings: false })
    this.#settings = settings
  }

  override _write(chunk: string | Buffer, encoding: BufferEncoding, done: () => void): void {
    const { output, isMuted, onFailure, onSinkFailure } = this.#settings
    if (!isMuted()) {
      attempt(() => {
        output.flush()
      }, onSinkFailure)
      attempt(() => {
        output.writeBytes(typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk)
      }, onFailure)
    }
    done()
  }
}

function attempt(work: () => void, onFailure: (error: unknown) => void): void {
  try {
    work()
  } catch (error) {
    onFailure(error)
  }
}
