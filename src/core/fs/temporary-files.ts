/**
 * A file that nobody else sees and that is gone once it is closed. Read and written at once, without the event loop: for
 * what a function in the middle of a call produces. Errors are TEMPORARY_FILE_FAILED.
 */
export interface TemporaryFile {
  write(bytes: Uint8Array, position: number): void
  /** Fills `bytes` with what was written there. */
  read(bytes: Uint8Array, position: number): void
  /** May be called twice. */
  close(): void
}

/** Where temporary files are made. */
export interface TemporaryFiles {
  /** `directories`: the value of `io.tmp.dirs`; undefined: the system's own. */
  create(directories: string | undefined): TemporaryFile
}
