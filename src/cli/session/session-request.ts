import type { ConfigurationEntries } from '../../core/config/configuration.js'
import type { SerializedError } from '../../core/errors/error-codec.js'

/** What `start-cluster` was asked to do: plain data, so that a detached process can be handed it. */
export interface SessionRequest {
  /** Of files and command line. */
  readonly configuration: ConfigurationEntries
  readonly workingDirectory: string
}

/** What the process of the session tells the command that started it. */
export interface SessionReport {
  /** Where it is reached; undefined where it did not start. */
  readonly web: string | undefined
  readonly warnings: readonly string[]
  readonly error: SerializedError | undefined
}
