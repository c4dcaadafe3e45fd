import { describeValue } from '../../core/errors/describe-value.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { StateTtlConfig } from './state-ttl-config.js'

/** What the descriptors of all kinds of state have: their values may have a time to live. */
export abstract class ExpiringStateDescriptor {
  abstract readonly name: string
  #ttlConfig: StateTtlConfig = StateTtlConfig.DISABLED

  /** `StateTtlConfig.DISABLED` where none was given. */
  get ttlConfig(): StateTtlConfig {
    return this.#ttlConfig
  }

  /**
   * Values of the keyed state live as long as `ttlConfig` says: to be called before the state is asked for. State of an operator has no
   * time to live, which its store refuses. What is no StateTtlConfig is GRAPH_INVALID.
   *
   * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/state/#state-time-to-live-ttl
   */
  enableTimeToLive(ttlConfig: StateTtlConfig): void {
    if (!isTtlConfig(ttlConfig)) {
      const reason = `it takes a StateTtlConfig, such as StateTtlConfig.newBuilder(Duration.ofHours(1)).build(), and it was given ${describeValue(ttlConfig)}`
      throw new FlinkError('GRAPH_INVALID', { operator: `enableTimeToLive(...) of state '${this.name}'`, reason })
    }
    this.#ttlConfig = ttlConfig
  }
}

/** Plain JavaScript gives anything. */
function isTtlConfig(value: unknown): value is StateTtlConfig {
  return value instanceof StateTtlConfig
}
