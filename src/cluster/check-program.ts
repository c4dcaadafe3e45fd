import { messageOf } from '../core/errors/thrown-value.js'
import { FlinkError } from '../core/errors/flink-error.js'
import { Configuration } from '../core/config/configuration.js'
import { defaultFileSystems } from '../filesystems/default-file-systems.js'
import type { FileSystems } from '../core/fs/file-systems.js'
import type { ProgramDescriptor } from '../runtime/protocol/program-descriptor.js'
import type { CompletedCheckpoint } from '../storage/checkpoint-metadata.js'
import { findLatestCheckpoint } from '../storage/latest-checkpoint.js'
import { locateSnapshot, refusalNamingSnapshots } from '../storage/snapshot-locator.js'
import { replyOfProgram } from './reply-of-program.js'
import type { RestoreCheck } from './restore-check-result.js'

const ENTRY = new URL('./check-worker-entry.js', import.meta.url)

/** What the worker of a check is given. */
export interface CheckWork {
  readonly program: ProgramDescriptor
  readonly snapshot: CompletedCheckpoint
  /** False: of functions no method is called. */
  readonly opensFunctions: boolean
}

export interface CheckRequest extends Omit<CheckWork, 'snapshot'> {
  /** A snapshot as `run -s` takes it: of a directory of checkpoints the newest. */
  readonly pointer: string
  readonly isJobRunning: (jobId: string) => Promise<boolean>
  /** What else is read of it is read before the program runs: a job that goes on removes its checkpoints. Path or URI. */
  readonly onFound: (snapshot: string) => Promise<void>
}

export interface CheckedProgram {
  readonly check: RestoreCheck
  /** Why newer ones were passed over. */
  readonly passedOver: readonly string[]
}

/** What would become of the snapshot's state if the program's first job were started from it; of the snapshot only metadata is read. */
export async function checkProgram({ pointer, isJobRunning, onFound, ...work }: CheckRequest): Promise<CheckedProgram> {
  const fileSystems = defaultFileSystems(Configuration.fromEntries(work.program.configuration))
  const { snapshot, passedOver } = await namedSnapshot(pointer, isJobRunning, fileSystems)
  await onFound(snapshot.metadataFile ?? snapshot.externalPath)
  const check = await replyOfProgram<RestoreCheck>(ENTRY, { ...work, snapshot } satisfies CheckWork, work.program)
  return { check, passedOver }
}

interface NamedSnapshot {
  readonly snapshot: CompletedCheckpoint
  readonly passedOver: readonly string[]
}

async function namedSnapshot(
  pointer: string,
  isJobRunning: CheckRequest['isJobRunning'],
  fileSystems: FileSystems,
): Promise<NamedSnapshot> {
  try {
    return { snapshot: await locateSnapshot(pointer, fileSystems), passedOver: [] }
  } catch (error) {
    if (!FlinkError.is(error, 'SNAPSHOT_METADATA_MISSING')) throw error
  }
  const verify = (): Promise<void> => Promise.resolve()
  const { checkpoint, damaged } = await findLatestCheckpoint(pointer, { fileSystems, isJobRunning, verify })
  const [first] = damaged
  if (checkpoint === undefined) throw first ?? (await refusalNamingSnapshots(pointer, fileSystems))
  return { snapshot: checkpoint, passedOver: damaged.map(messageOf) }
}
