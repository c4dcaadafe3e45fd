import type { Worker } from 'node:worker_threads'
import type { Configuration } from '../../core/config/configuration.js'
import type { Diagnostics } from '../terminal/colours.js'
import type { SessionRestClient } from '../../client/session-rest-client.js'
import type { Answers } from './answers.js'
import type { DescribedCommand } from './described-command.js'

/** What a command gets of the world: the configuration (file and -D), where to print, what was started already. */
export interface CliContext extends Answers {
  readonly configuration: Configuration
  readonly configurationDirectory: string
  /** How warnings and errors are written. */
  readonly diagnostics: Diagnostics
  readonly print: (line: string) => void
  /** False when nobody reads any more what is printed. */
  readonly isOutputOpen: () => boolean
  readonly printError: (text: string) => void
  readonly workingDirectory: string
  /** Whom to ask where the jobs of a session are meant; else they are those of this machine. */
  readonly session?: SessionRestClient | undefined
  /** All actions, for what is about all of them. */
  readonly commands: () => Promise<readonly DescribedCommand[]>
  /** Waits for a program, when there is likely to be one. */
  readonly programThread: Worker | undefined
}

/** What is needed to reach jobs, and to start one: also by a process that has no terminal. */
export type JobContext = Pick<
  CliContext,
  'configuration' | 'diagnostics' | 'isQuiet' | 'print' | 'printError' | 'session' | 'workingDirectory'
>
