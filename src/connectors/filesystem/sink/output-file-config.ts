import { checkedText, refuseArgument } from './sink-arguments.js'

/**
 * What the names of part files begin and end with: `part` and nothing where it is not said.
 *
 * @example
 * ```ts
 * import { OutputFileConfig } from 'flink-ts/connectors/filesystem'
 *
 * const config = OutputFileConfig.builder().withPartPrefix('visits').withPartSuffix('.csv').build()
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/streaming/api/functions/sink/filesystem/OutputFileConfig.html
 */
export class OutputFileConfig {
  readonly #partPrefix: string
  readonly #partSuffix: string

  /** GRAPH_INVALID where one of them is no text, or has a `/`. */
  constructor(partPrefix: string, partSuffix: string) {
    this.#partPrefix = checkedNamePart('the prefix', partPrefix)
    this.#partSuffix = checkedNamePart('the suffix', partSuffix)
  }

  static builder(): OutputFileConfigBuilder {
    return new OutputFileConfigBuilder()
  }

  getPartPrefix(): string {
    return this.#partPrefix
  }

  getPartSuffix(): string {
    return this.#partSuffix
  }
}

/**
 * Makes an {@link OutputFileConfig}.
 *
 * @example
 * ```ts
 * import { OutputFileConfig, type OutputFileConfigBuilder } from 'flink-ts/connectors/filesystem'
 *
 * const builder: OutputFileConfigBuilder = OutputFileConfig.builder().withPartSuffix('.txt')
 * ```
 */
export class OutputFileConfigBuilder {
  #partPrefix = 'part'
  #partSuffix = ''

  withPartPrefix(partPrefix: string): this {
    this.#partPrefix = partPrefix
    return this
  }

  withPartSuffix(partSuffix: string): this {
    this.#partSuffix = partSuffix
    return this
  }

  /** GRAPH_INVALID as of the constructor of OutputFileConfig. */
  build(): OutputFileConfig {
    return new OutputFileConfig(this.#partPrefix, this.#partSuffix)
  }
}

function checkedNamePart(what: string, given: unknown): string {
  const text = checkedText('OutputFileConfig', what, given)
  if (!/[/\0]/.test(text)) return text
  return refuseArgument('OutputFileConfig', `${what} is a part of a file's name, but has a / or a zero character`)
}
