import { booleanOption, enumOption, pathOption, type ConfigOption } from './config-option.js'

/** Options of Flink's SavepointOptions. */
export const SavepointOptions: {
  readonly SAVEPOINT_DIRECTORY: ConfigOption<string | undefined>
  readonly SAVEPOINT_PATH: ConfigOption<string | undefined>
  readonly SAVEPOINT_IGNORE_UNCLAIMED_STATE: ConfigOption<boolean>
  readonly RECOVER_FROM_LATEST: ConfigOption<boolean>
  readonly LOCAL_RECOVERY: ConfigOption<boolean>
  readonly RESTORE_MODE: ConfigOption<'CLAIM' | 'NO_CLAIM' | 'LEGACY'>
} = {
  SAVEPOINT_DIRECTORY: pathOption('execution.checkpointing.savepoint-dir', {
    description: 'Default directory of savepoints, for savepoint, stop and cancel -s without one.',
    deprecatedKeys: ['state.savepoints.dir', 'savepoints.state.backend.fs.dir'],
  }),
  SAVEPOINT_PATH: pathOption('execution.state-recovery.path', {
    description: 'Savepoint or checkpoint to restore from, as run -s.',
    deprecatedKeys: ['execution.savepoint.path'],
  }),
  SAVEPOINT_IGNORE_UNCLAIMED_STATE: booleanOption('execution.state-recovery.ignore-unclaimed-state', false, {
    description: 'Skip state that no operator claims, as run -n.',
    deprecatedKeys: ['execution.savepoint.ignore-unclaimed-state'],
  }),
  RECOVER_FROM_LATEST: booleanOption('execution.state-recovery.from-latest', false, {
    description:
      'Without run -s, go on from the newest checkpoint that an earlier run of a job of this name left in its checkpoint directory (after kill -9, a failure, a cancellation with retained checkpoints). A job that names the directory in its own code turns this on unless it is set here. Where that checkpoint is damaged or gone the job goes back to an older one with a warning that says what it costs, and where none can be used, or the newest is of a newer format, the start is refused: false starts afresh.',
  }),
  LOCAL_RECOVERY: booleanOption('execution.state-recovery.from-local', false, {
    description:
      'After a failure an operator of the rocksdb backend goes on with the files of the newest checkpoint that it kept on its own disk: they are linked, and nothing is read of the checkpoint. What is missing there or was changed is read from the checkpoint, which the log says. Needs execution.checkpointing.incremental and the driver rocksdb; other state is read from the checkpoint. It is for restarts within the process of the job: with it goes what was kept.',
    deprecatedKeys: ['state.backend.local-recovery'],
  }),
  RESTORE_MODE: enumOption('execution.state-recovery.claim-mode', 'NO_CLAIM', {
    description:
      'Who owns the snapshot that the run starts from, as run -cm. NO_CLAIM: the user, it is never removed. CLAIM: the job, which removes it once newer checkpoints have subsumed it, or when it finishes. LEGACY: as NO_CLAIM.',
    deprecatedKeys: ['execution.savepoint-restore-mode'],
    enumValues: ['CLAIM', 'NO_CLAIM', 'LEGACY'],
  }),
}
