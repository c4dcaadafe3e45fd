import type { FetchLimits } from '../client/fetch.js'
import type { KafkaClientSettings } from '../client/kafka-client-settings.js'

/** What becomes of a position that the broker does not have any more. */
export type MissingOffsetPolicy = 'fail' | 'earliest' | 'latest'

/** What a source is told by its properties, checked. */
export interface KafkaSourceSettings {
  readonly client: KafkaClientSettings
  readonly limits: FetchLimits
  readonly groupId: string | undefined
  readonly commitsOffsetsOnCheckpoints: boolean
  /** Undefined: offsets are not committed by the clock. */
  readonly autoCommitIntervalMs: number | undefined
  /** False: by the clock only where the job takes no checkpoints. */
  readonly autoCommitsBesideCheckpoints: boolean
  /** 0 or less: only when the job starts. */
  readonly discoveryIntervalMs: number
  /** Undefined: as the job is told. */
  readonly onMissingOffset: MissingOffsetPolicy | undefined
  readonly showsPartitionMetrics: boolean
}
