import type { RecoveredJob } from '../../cluster/recoverable-job.js'
import type { ConfigurationEntries } from '../../core/config/configuration.js'

/** What `run` was asked to do: plain data, so that a detached process can be handed it. Paths are absolute. */
export interface RunRequest {
  readonly jobFile: string
  readonly entry: string | undefined
  readonly args: readonly string[]
  /** Of files and command line. */
  readonly configuration: ConfigurationEntries
  /** Another process ran the job until now. */
  readonly recovered?: RecoveredJob | undefined
  /** The job takes the place of another one. */
  readonly upgrade?: UpgradeOrder | undefined
  /** It is reached over TCP as well. */
  readonly web?: WebRequest | undefined
  /** The id of its first job, where somebody knows it already. */
  readonly jobId?: string | undefined
  /** A session has started it, and starts it again where its process dies. */
  readonly isSupervised?: true
  /** Of a job that is recovered: its process died without a word. */
  readonly hasDied?: boolean | undefined
}

/** What `--web` was told: of this process, and no part of the job that another one may recover. */
export interface WebRequest {
  /** What is set of where to listen, and of tokens and keys. */
  readonly configuration: ConfigurationEntries
  /** The job comes back for one that did not start, and that may still have the port: it runs until it is to be had. */
  readonly isTakenBack?: boolean
}

/** What `upgrade` was told, beside the new program. */
export interface UpgradeOrder {
  readonly jobId: string
  /** Absolute; undefined: the one that the old job is configured with. */
  readonly savepointDirectory: string | undefined
  /** Functions of the new program are opened to learn which states they ask for. */
  readonly opensFunctions: boolean
  /** The old program need not come back where the new one does not start. */
  readonly isWithoutReturn: boolean
  /** Nothing is told on the way. */
  readonly isQuiet: boolean
}
