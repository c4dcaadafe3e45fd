import { FlinkError } from '../../core/errors/flink-error.js'
import { checkOptionalType } from '../types/type-check.js'
import type { TypeInformation } from '../types/type-information.js'

/**
 * Names a side output of an operator. The id is what counts: two tags with one id name the same side output; the same id
 * at another operator is another stream.
 *
 * @example
 * ```ts
 * import { OutputTag, Types } from 'flink-ts'
 *
 * const late = new OutputTag<string>('late')
 * const rejected = new OutputTag('rejected', Types.STRING)
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/side_output/
 */
export class OutputTag<T> {
  readonly type: TypeInformation<T> | undefined
  readonly #id: string

  constructor(id: string, type?: TypeInformation<T>) {
    if (typeof id !== 'string' || id === '') {
      throw new FlinkError('GRAPH_INVALID', {
        operator: 'new OutputTag(...)',
        reason: 'the id of a side output must be a string that is not empty',
      })
    }
    this.#id = id
    this.type = checkOptionalType('new OutputTag(...)', type)
  }

  getId(): string {
    return this.#id
  }
}
