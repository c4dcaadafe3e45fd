import { hasMethods } from '../../api/functions/has-methods.js'
import { describeValue } from '../../core/errors/describe-value.js'
import { refuseArgument } from './kafka-arguments.js'

/**
 * What Kafka's serializers and deserializers may be told beside the bytes: where they are given by class, once after they are made.
 *
 * @example
 * ```ts
 * import type { KafkaConfigurable } from 'flink-ts/connectors/kafka'
 *
 * class Upper implements KafkaConfigurable {
 *   isKey = false
 *   configure(_configs: Readonly<Record<string, string>>, isKey: boolean): void {
 *     this.isKey = isKey
 *   }
 * }
 * ```
 * @see https://kafka.apache.org/39/javadoc/org/apache/kafka/common/serialization/Deserializer.html
 */
export interface KafkaConfigurable {
  configure?(configs: Readonly<Record<string, string>>, isKey: boolean): void
}

/**
 * A class that is made without arguments, as Kafka makes its own.
 *
 * @example
 * ```ts
 * import type { KafkaClass, KafkaDeserializer } from 'flink-ts/connectors/kafka'
 *
 * const made = <T>(deserializer: KafkaClass<KafkaDeserializer<T>>): KafkaDeserializer<T> => new deserializer()
 * ```
 */
export type KafkaClass<C> = new () => C

export interface CodecUse {
  /** For messages: `valueOnly` and the like. */
  readonly call: string
  readonly method: 'serialize' | 'deserialize'
  readonly isKey: boolean
  readonly configs: Readonly<Record<string, string>> | undefined
}

export function isClassWith<C>(given: unknown, method: string): given is KafkaClass<C> {
  return typeof given === 'function' && hasMethods(given.prototype as unknown, method)
}

/** One of the class, configured; GRAPH_INVALID where it cannot be made. One that is made already is taken as it is. */
export function codecOf<C extends KafkaConfigurable>(given: KafkaClass<C> | C, use: CodecUse): C {
  const { call, method, isKey, configs } = use
  if (!isClassWith<C>(given, method)) {
    if (configs !== undefined) refuseArgument(call, `a configuration is for a class, not for ${describeValue(given)}`)
    return given
  }
  const { prototype } = given as { readonly prototype: Readonly<Record<string, { readonly length: number }>> }
  if ((prototype[method]?.length ?? 0) < 2) {
    const reason = `the class ${given.name} has a ${method} without a topic, so it is none of Kafka's: is a new missing before it?`
    refuseArgument(call, reason)
  }
  const codec = new given()
  codec.configure?.(configs ?? {}, isKey)
  return codec
}
