import {
  FsStateBackend,
  MemoryStateBackend,
  RocksDBStateBackend,
  type ParameterTool,
  type StateBackend,
  type StreamExecutionEnvironment,
} from 'flink-ts'
import wordCount from './word-count.js'

/** The state backends of the course notes, by the names that `state.backend` has for them. */
function backendOf(name: string, checkpoints: string): StateBackend {
  const filebackend = new FsStateBackend(checkpoints)
  switch (name) {
    case 'jobmanager':
      return new MemoryStateBackend()
    case 'filesystem':
      return filebackend
    case 'rocksdb':
      // true: checkpoints hold what changed
      return new RocksDBStateBackend(filebackend, true)
    default:
      throw new Error(`--backend is jobmanager, filesystem or rocksdb, and not ${name}`)
  }
}

/** The word count on one of them: `--backend rocksdb --checkpoints file:///tmp/flink/checkpoints`. */
export default function stateBackends(env: StreamExecutionEnvironment, params: ParameterTool): void {
  env.setStateBackend(backendOf(params.getRequired('backend'), params.getRequired('checkpoints')))
  wordCount(env, params)
}
