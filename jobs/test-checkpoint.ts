import {
  CheckpointingMode,
  ExternalizedCheckpointCleanup,
  RestartStrategies,
  Time,
  TimeUnit,
  type ParameterTool,
  type StreamExecutionEnvironment,
} from 'flink-ts'
import { SocketWordCount } from './socket-word-count.js'

/** The socket word count with checkpoints and restarts as the course notes set them: `--hostname <host> --port <port>`. */
export function TestCheckpoint(env: StreamExecutionEnvironment, params: ParameterTool): void {
  // start a checkpoint every 1000 ms
  env.enableCheckpointing(1000)

  // advanced options:
  // set mode to exactly-once (this is the default)
  env.getCheckpointConfig().setCheckpointingMode(CheckpointingMode.EXACTLY_ONCE)
  // make sure 500 ms of progress happen between checkpoints
  env.getCheckpointConfig().setMinPauseBetweenCheckpoints(500)
  // checkpoints have to complete within one minute, or are discarded
  env.getCheckpointConfig().setCheckpointTimeout(60000)
  // allow only one checkpoint to be in progress at the same time
  env.getCheckpointConfig().setMaxConcurrentCheckpoints(1)
  // keep the checkpoints of a job that is cancelled, so that it can be restored from one of them
  env.getCheckpointConfig().enableExternalizedCheckpoints(ExternalizedCheckpointCleanup.RETAIN_ON_CANCELLATION)

  env.setRestartStrategy(
    RestartStrategies.fixedDelayRestart(
      3, // number of restart attempts
      Time.of(10, TimeUnit.SECONDS), // delay
    ),
  )

  SocketWordCount(env, params)
}
