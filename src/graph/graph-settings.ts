import type { Configuration } from '../core/config/configuration.js'
import { CoreOptions } from '../core/config/core-options.js'
import { ExecutionOptions } from '../core/config/execution-options.js'
import { PipelineOptions } from '../core/config/pipeline-options.js'

/** What the configuration of a job says about the shape of its graph. */
export interface GraphSettings {
  readonly defaultParallelism: number
  /** Undefined: derived from each operator's parallelism. */
  readonly maxParallelism: number | undefined
  readonly isChainingEnabled: boolean
  /** False: every operator has to have a uid. */
  readonly generatesUids: boolean
  /** 0: every record is sent at once; below 0: buffers are sent when they are full only. */
  readonly bufferTimeoutMs: number
}

export function graphSettingsOf(configuration: Configuration): GraphSettings {
  const maxParallelism = configuration.get(PipelineOptions.MAX_PARALLELISM)
  return {
    defaultParallelism: configuration.get(CoreOptions.DEFAULT_PARALLELISM),
    maxParallelism: maxParallelism > 0 ? maxParallelism : undefined,
    generatesUids: configuration.get(PipelineOptions.AUTO_GENERATE_UIDS),
    isChainingEnabled: configuration.get(PipelineOptions.OPERATOR_CHAINING),
    bufferTimeoutMs: configuration.get(ExecutionOptions.BUFFER_TIMEOUT),
  }
}
