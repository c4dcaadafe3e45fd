import { intOption, directoriesOption, type ConfigOption } from './config-option.js'

/** Options of Flink's CoreOptions. */
export const CoreOptions: {
  readonly DEFAULT_PARALLELISM: ConfigOption<number>
  readonly TMP_DIRS: ConfigOption<string | undefined>
} = {
  DEFAULT_PARALLELISM: intOption('parallelism.default', 1, {
    minimum: 1,
    description: 'Parallelism of jobs and operators that set none.',
  }),
  TMP_DIRS: directoriesOption('io.tmp.dirs', {
    description:
      "Directories for temporary files, which must be there: records that wait for a slow receiver and fill more than their memory, and state on the disk where state.backend.rocksdb.localdir is not set. Unset: the system's directory for them (TMPDIR).",
  }),
}
