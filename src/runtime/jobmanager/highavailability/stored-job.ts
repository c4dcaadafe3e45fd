// Duty: what a start of a job needs, as plain data: `job.json` in its entry.
// Invariants: what is read was written by the engine, or is refused with the field that is not as it should be. It holds no
// program: that lies beside it, and is known by its checksum.
// Thread: main thread.
import type { ConfigurationEntries } from '../../../core/config/configuration.js'
import { entryDamaged, type Fields } from './checked-file.js'

/** The job file or archive as it was when the job was submitted. */
export interface StoredProgram {
  /** Its name in the directory of the program. */
  readonly file: string
  readonly sizeBytes: number
  /** 64 hex digits. */
  readonly sha256: string
}

export interface StoredJob {
  readonly jobId: string
  readonly jobName: string
  /** Version of flink-ts that ran it first. */
  readonly engineVersion: string
  /** Epoch ms. */
  readonly submittedAt: number
  /** Path of the job file or archive, as it was started. */
  readonly jobFile: string
  readonly program: StoredProgram
  readonly entry: string | undefined
  readonly args: readonly string[]
  /** Of files and command line: parallelism and what it was to be restored from are in it. */
  readonly configuration: ConfigurationEntries
  readonly workingDirectory: string
}

/** RECOVERY_ENTRY_DAMAGED where a field is missing or no such thing. */
export function storedJobOf(fields: Fields, file: string, jobId: string): StoredJob {
  const damaged = (field: string): Error => entryDamaged(file, jobId, `its ${field} is missing, or no such thing`)
  const textOf = (name: string, from: Fields = fields): string => {
    const value = from[name]
    if (typeof value !== 'string') throw damaged(name)
    return value
  }
  const numberOf = (name: string, from: Fields = fields): number => {
    const value = from[name]
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw damaged(name)
    return value
  }
  const { program, entry, args, configuration } = fields
  if (textOf('jobId') !== jobId) throw entryDamaged(file, jobId, `it is of job ${textOf('jobId')}`)
  if (typeof program !== 'object' || program === null) throw damaged('program')
  if (!Array.isArray(args) || !args.every((arg) => typeof arg === 'string')) throw damaged('args')
  if (typeof configuration !== 'object' || configuration === null) throw damaged('configuration')
  if (entry !== undefined && typeof entry !== 'string') throw damaged('entry')
  const stored = program as Fields
  return {
    jobId,
    jobName: textOf('jobName'),
    engineVersion: textOf('engineVersion'),
    submittedAt: numberOf('submittedAt'),
    jobFile: textOf('jobFile'),
    program: {
      file: textOf('file', stored),
      sizeBytes: numberOf('sizeBytes', stored),
      sha256: textOf('sha256', stored),
    },
    entry,
    args,
    configuration: configuration as ConfigurationEntries,
    workingDirectory: textOf('workingDirectory'),
  }
}
