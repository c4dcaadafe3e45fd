import { describeValue } from '../../../core/errors/describe-value.js'
import { FlinkError } from '../../../core/errors/flink-error.js'

/**
 * Properties of Kafka as a plain object, or as {@link Properties}.
 *
 * @example
 * ```ts
 * import { FlinkKafkaConsumer, type PropertiesLike } from 'flink-ts/connectors/kafka'
 * import { SimpleStringSchema } from 'flink-ts/formats/string'
 *
 * const properties: PropertiesLike = { 'bootstrap.servers': 'localhost:9092', 'group.id': 'orders' }
 * const consumer = new FlinkKafkaConsumer('orders', new SimpleStringSchema(), properties)
 * ```
 */
export type PropertiesLike = Properties | Readonly<Record<string, string | number | boolean>>

/**
 * Names with values, both texts: java.util.Properties as far as Kafka's clients are told by it.
 *
 * @example
 * ```ts
 * import { Properties } from 'flink-ts/connectors/kafka'
 *
 * const properties = new Properties()
 * properties.setProperty('bootstrap.servers', 'localhost:9092')
 * properties.setProperty('group.id', 'orders')
 * ```
 * @see https://kafka.apache.org/documentation/#consumerconfigs
 */
export class Properties {
  readonly #values = new Map<string, string>()

  /** The value that it had before. GRAPH_INVALID where one of both is no text. */
  setProperty(key: string, value: string): string | undefined {
    const before = this.#values.get(key)
    this.#values.set(checkedText(key), checkedText(value))
    return before
  }

  /** As setProperty, of numbers and booleans too. */
  put(key: string, value: string | number | boolean): string | undefined {
    const isPlain = typeof value === 'number' || typeof value === 'boolean'
    return this.setProperty(key, isPlain ? String(value) : value)
  }

  putAll(properties: PropertiesLike): void {
    const given: unknown = properties
    if (typeof given !== 'object' || given === null) refuse(`putAll takes properties, not ${describeValue(given)}`)
    if (properties instanceof Properties) {
      for (const key of properties.stringPropertyNames()) this.setProperty(key, properties.getProperty(key) ?? '')
      return
    }
    for (const [key, value] of Object.entries(properties)) this.put(key, value)
  }

  getProperty(key: string): string | undefined
  getProperty(key: string, defaultValue: string): string
  getProperty(key: string, defaultValue?: string): string | undefined {
    return this.#values.get(key) ?? defaultValue
  }

  containsKey(key: string): boolean {
    return this.#values.has(key)
  }

  remove(key: string): string | undefined {
    const before = this.#values.get(key)
    this.#values.delete(key)
    return before
  }

  /** In the order in which they were first set. */
  stringPropertyNames(): readonly string[] {
    return [...this.#values.keys()]
  }

  size(): number {
    return this.#values.size
  }

  isEmpty(): boolean {
    return this.#values.size === 0
  }
}

/** A copy of its own. */
export function propertiesOf(given: PropertiesLike): Properties {
  const properties = new Properties()
  properties.putAll(given)
  return properties
}

function checkedText(value: unknown): string {
  return typeof value === 'string' ? value : refuse(`a name or value has to be a text, and is ${describeValue(value)}`)
}

function refuse(reason: string): never {
  throw new FlinkError('GRAPH_INVALID', { operator: 'Properties', reason })
}
