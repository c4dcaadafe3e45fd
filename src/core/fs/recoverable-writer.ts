/**
 * How far a file that is being written is safe: what a checkpoint keeps of it. Plain data, of which a writer may have more.
 */
export interface CommitRecoverable {
  /** Where the file will be. */
  readonly targetPath: string
  /** Where its bytes are until then. */
  readonly temporaryPath: string
  /** So many bytes of it are durable, and wanted. */
  readonly offset: number
}

/** The same of a file that is written on. */
export type ResumeRecoverable = CommitRecoverable

/** Recoverables as bytes, and back; the shape of a SimpleVersionedSerializer. */
export interface RecoverableSerializer {
  getVersion(): number
  serialize(recoverable: CommitRecoverable): Uint8Array
  deserialize(version: number, bytes: Uint8Array): CommitRecoverable
}

/**
 * A file on its way: nobody sees it under its name before it is committed. One call at a time; where the disk failed a
 * `write` or a `persist`, no later `persist` or `closeForCommit` says that all is well.
 */
export interface RecoverableOutputStream {
  /** Gives a promise where the caller has to wait; else the bytes are kept in memory. They are not looked at afterwards. */
  write(bytes: Uint8Array): void | Promise<void>
  /** Bytes that were written, those in memory included. */
  readonly position: number
  /** Makes durable all that was written, and says how to go on from there. */
  persist(): Promise<ResumeRecoverable>
  /** Makes it durable and closes it: it is complete, and waits for its commit. */
  closeForCommit(): Promise<Committer>
  /** Without a commit; what it wrote stays where it was. May be called again. */
  close(): Promise<void>
  /** Without a commit; what it wrote is removed. */
  discard(): Promise<void>
}

/** `taken`: nothing is left of it. */
export type CommitOutcome = 'committed' | 'taken'

/** Gives a complete file its name. */
export interface Committer {
  /**
   * Once this resolves the file is there, durably. May be called again, where nobody knows whether it was done. FILE_LOST_RECORDS where the
   * bytes are not those that were written.
   */
  commit(): Promise<void>
  /**
   * The same after a restart: what was written after the checkpoint is cut off, and a file that has its name already is done. So is one that
   * is gone under both of its names: whoever reads files took it away after the commit, before a later checkpoint knew of that. A job
   * that refused this could never go on.
   */
  commitAfterRecovery(): Promise<CommitOutcome>
  getRecoverable(): CommitRecoverable
}

/**
 * Writes files of which after a failure exactly those bytes are there that a checkpoint knows of: Flink's seam for sinks that are exactly once.
 * The interface of RecoverableWriter in Apache Flink, with promises.
 */
export interface RecoverableWriter {
  /** A new file; directories above it are made. */
  open(targetPath: string): Promise<RecoverableOutputStream>
  /** Goes on with a file; what was written after `persist` is cut off. FILE_LOST_RECORDS where it is gone, or shorter. */
  recover(resumable: ResumeRecoverable): Promise<RecoverableOutputStream>
  recoverForCommit(recoverable: CommitRecoverable): Committer
  /** Removes the bytes of a file that nobody will commit or go on with. */
  cleanupRecoverableState(recoverable: ResumeRecoverable): Promise<void>
  /** All files in a directory, and in those below it, that are neither committed nor removed, also of writers that are no more. */
  listInProgress(directory: string): Promise<ResumeRecoverable[]>
  /** True where `recover` goes on in the same file; else what a snapshot has of it is committed, and another one begun. */
  supportsResume(): boolean
}
