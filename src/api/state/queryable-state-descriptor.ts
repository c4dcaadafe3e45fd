import { describeValue } from '../../core/errors/describe-value.js'
import { FlinkError } from '../../core/errors/flink-error.js'

/**
 * What all descriptors of state can do for whoever asks from outside: give the state a name under which a
 * `QueryableStateClient` of `flink-ts/client` finds it while the job runs.
 *
 * @example
 * ```ts
 * import { ListStateDescriptor, Types, ValueStateDescriptor, type QueryableStateDescriptor } from 'flink-ts'
 *
 * const average = new ValueStateDescriptor('average', Types.TUPLE(Types.LONG, Types.LONG))
 * average.setQueryable('query-name')
 * const all: Pick<QueryableStateDescriptor, 'getQueryableStateName'>[] = [average, new ListStateDescriptor('seen', Types.STRING)]
 * console.log(all.map((each) => each.getQueryableStateName())) // [ 'query-name', null ]
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/dev/datastream/fault-tolerance/queryable_state/
 */
export abstract class QueryableStateDescriptor {
  abstract readonly name: string
  #queryableStateName: string | undefined
  #isInUse = false

  /** A state was made of the descriptor: from here on its name stays what it is. */
  static stateMade(descriptor: object): void {
    if (descriptor instanceof QueryableStateDescriptor) descriptor.#isInUse = true
  }

  /**
   * Keyed state of this descriptor can be asked about from outside the job under this name, which is one state's alone in the
   * job. It is called before the state is asked for; again with the same name it does nothing.
   *
   * @throws FlinkError QUERYABLE_STATE_INVALID where the name is no text or is empty, another one was set, or the state is
   * there already; later, where the state is not that of a key. QUERYABLE_NAME_TAKEN fails the job where another state has the
   * name.
   */
  setQueryable(queryableStateName: string): this {
    const given: unknown = queryableStateName
    if (typeof given !== 'string' || given === '')
      throw this.#refused(given, 'its name has to be a text that is not empty')
    const before = this.#queryableStateName
    if (before === given) return this
    if (before !== undefined) throw this.#refused(given, `it has the name '${before}' already`)
    if (this.#isInUse)
      throw this.#refused(given, 'the state is there already. Call setQueryable before the state is asked for')
    this.#queryableStateName = given
    return this
  }

  /** The name under which the state can be asked about; null where it cannot. */
  getQueryableStateName(): string | null {
    return this.#queryableStateName ?? null
  }

  isQueryable(): boolean {
    return this.#queryableStateName !== undefined
  }

  #refused(name: unknown, reason: string): FlinkError {
    return new FlinkError('QUERYABLE_STATE_INVALID', { state: this.name, name: describeValue(name), reason })
  }
}
