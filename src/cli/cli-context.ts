import type { Configuration } from '../core/config/configuration.js'

/** What a command gets of the world: the configuration (file and -D), and where to print. */
export interface CliContext {
  readonly configuration: Configuration
  readonly configurationDirectory: string
  readonly print: (line: string) => void
  readonly printError: (text: string) => void
  readonly workingDirectory: string
}
