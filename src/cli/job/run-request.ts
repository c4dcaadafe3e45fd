import type { ConfigurationEntries } from '../../core/config/configuration.js'

/** What `run` was asked to do: plain data, so that a detached process can be handed it. Paths are absolute. */
export interface RunRequest {
  readonly jobFile: string
  readonly entry: string | undefined
  readonly args: readonly string[]
  /** Of files and command line. */
  readonly configuration: ConfigurationEntries
}
