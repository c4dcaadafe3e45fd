import { CheckpointingOptions } from '../../core/config/checkpointing-options.js'
import type { Configuration } from '../../core/config/configuration.js'
import { RocksDBOptions } from '../../core/config/rocksdb-options.js'
import { StateBackendOptions } from '../../core/config/state-backend-options.js'
import { describeValue } from '../../core/errors/describe-value.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { parseFileUri } from '../../core/fs/file-path.js'
import { checkedText } from '../types/checked-text.js'
import { FsStateBackend, MemoryStateBackend, type StateBackend } from './state-backends.js'

/** What separates directories where several are named (core/fs/directory-list.ts), so no path may hold it. */
const SEPARATORS = /[,|:]/

/**
 * State on the local disk, more of it than fits in memory. Where checkpoints go is set apart from it, with
 * `getCheckpointConfig().setCheckpointStorage`: where nothing says it they are held in memory, of which a subtask may have 5 MB.
 * With `enableIncrementalCheckpointing` they store what changed since the last one; undefined: as
 * `execution.checkpointing.incremental` says.
 *
 * It needs one of the optional packages `@nxtedition/rocksdb` and `lmdb`: without them the job fails at its start with
 * STATE_STORE_UNAVAILABLE. GRAPH_INVALID where it is given anything else than true or false. Memory, metrics and the like are
 * options of the configuration, `state.backend.rocksdb...`; `jobs/state.md` tells of them.
 *
 * @example
 * ```ts
 * import { EmbeddedRocksDBStateBackend, StreamExecutionEnvironment } from 'flink-ts'
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * env.setStateBackend(new EmbeddedRocksDBStateBackend(true))
 * env.getCheckpointConfig().setCheckpointStorage('file:///tmp/flink/checkpoints')
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/state/state_backends/#the-embeddedrocksdbstatebackend
 */
export class EmbeddedRocksDBStateBackend implements StateBackend {
  readonly #isIncremental: boolean | undefined
  #storagePaths: readonly string[] | undefined

  constructor(enableIncrementalCheckpointing?: boolean) {
    const given: unknown = enableIncrementalCheckpointing
    if (given !== undefined && typeof given !== 'boolean') {
      throw invalid(
        'new ...RocksDBStateBackend(...)',
        `it takes true or false for incremental checkpoints, and no ${describeValue(given)}. Where checkpoints go is said by getCheckpointConfig().setCheckpointStorage(...), or by new RocksDBStateBackend(uri, true)`,
      )
    }
    this.#isIncremental = enableIncrementalCheckpointing
  }

  /** What was said here; false where nothing was. */
  isIncrementalCheckpointsEnabled(): boolean {
    return this.#isIncremental ?? false
  }

  /** As setDbStoragePaths with one; null: as `state.backend.rocksdb.localdir` says. */
  setDbStoragePath(path: string | null): void {
    if (path === null) this.#storagePaths = undefined
    else this.setDbStoragePaths(path)
  }

  /**
   * Local directories for the files of the running job, as absolute paths or `file:` URIs; each operator is in one of them.
   * GRAPH_INVALID for none, a relative one, one elsewhere, and one with a comma, bar or colon in its name.
   */
  setDbStoragePaths(...paths: readonly string[]): void {
    if (paths.length === 0) throw invalid('setDbStoragePaths', 'it has to be given a directory at least')
    this.#storagePaths = paths.map(checkedStoragePath)
  }

  /** Null where none were set here. */
  getDbStoragePaths(): readonly string[] | null {
    return this.#storagePaths ?? null
  }

  applyTo(configuration: Configuration): void {
    configuration.set(StateBackendOptions.STATE_BACKEND, 'rocksdb')
    if (this.#isIncremental !== undefined) {
      configuration.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, this.#isIncremental)
    }
    if (this.#storagePaths !== undefined) {
      configuration.set(RocksDBOptions.LOCAL_DIRECTORIES, this.#storagePaths.join(','))
    }
  }
}

/**
 * State on the local disk, as with {@link EmbeddedRocksDBStateBackend}, and checkpoints where a URI or another state backend
 * puts them: the older way to say both at once. GRAPH_INVALID where that is neither a URI nor an FsStateBackend nor a
 * MemoryStateBackend.
 *
 * @example
 * ```ts
 * import { FsStateBackend, RocksDBStateBackend, StreamExecutionEnvironment } from 'flink-ts'
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * const filebackend = new FsStateBackend('file:///tmp/flink/checkpoints')
 * env.setStateBackend(new RocksDBStateBackend(filebackend, true))
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/state/state_backends/
 */
export class RocksDBStateBackend extends EmbeddedRocksDBStateBackend {
  readonly #checkpointBackend: StateBackend

  constructor(checkpoints: string | FsStateBackend | MemoryStateBackend, enableIncrementalCheckpointing?: boolean) {
    super(enableIncrementalCheckpointing)
    this.#checkpointBackend =
      typeof checkpoints === 'string' ? new FsStateBackend(checkpoints) : checkedBackend(checkpoints)
  }

  /** The one that says where checkpoints go. */
  getCheckpointBackend(): StateBackend {
    return this.#checkpointBackend
  }

  override applyTo(configuration: Configuration): void {
    this.#checkpointBackend.applyTo(configuration)
    super.applyTo(configuration)
  }
}

function checkedBackend(backend: unknown): StateBackend {
  if (backend instanceof FsStateBackend || backend instanceof MemoryStateBackend) return backend
  const reason = `it takes the URI of a directory, or a state backend that says where checkpoints go (FsStateBackend, MemoryStateBackend), and it was given ${describeValue(backend)}`
  throw invalid('new RocksDBStateBackend(...)', reason)
}

function checkedStoragePath(text: string): string {
  const given = checkedText('setDbStoragePath', 'the directory', text)
  const isUri = /^[a-zA-Z][a-zA-Z0-9+.-]+:/.test(given)
  if (!isUri && !given.startsWith('/') && !/^[a-zA-Z]:[\\/]/.test(given)) {
    throw invalid('setDbStoragePath', `the directory has to be an absolute path, and it was given '${given}'`)
  }
  const { scheme, path } = parseFileUri(given)
  if (scheme !== 'file') throw invalid('setDbStoragePath', `'${given}' is no directory of the local disk`)
  if (SEPARATORS.test(path.replace(/^[a-zA-Z]:/, ''))) {
    throw invalid('setDbStoragePath', `'${given}' holds a comma, bar or colon, which separate directories`)
  }
  return path
}

function invalid(operator: string, reason: string): FlinkError {
  return new FlinkError('GRAPH_INVALID', { operator, reason })
}
