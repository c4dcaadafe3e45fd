// Duty: how a program is named between threads: a module URL, never code.
// Invariants: plain data; the same descriptor gives the same graph in every worker.
// Thread: made by the composition root, read by program and task workers.
import type { ConfigurationEntries } from '../../core/config/configuration.js'

/** An archive, and what it was unpacked into: both spellings end with a separator. */
export interface UnpackedArchive {
  readonly path: string
  readonly directory: string
  readonly directoryUrl: string
}

export interface ProgramDescriptor {
  /** `file:` URL of the module to import. */
  readonly moduleUrl: string
  /** Name of the export given by `-c`; undefined: default export, `main`, or the module itself. */
  readonly entry: string | undefined
  readonly args: readonly string[]
  /** Of files and command line. */
  readonly configuration: ConfigurationEntries
  /** Where the module comes out of an archive. */
  readonly archive?: UnpackedArchive | undefined
}
