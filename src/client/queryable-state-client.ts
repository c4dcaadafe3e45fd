import type { StateDescriptor } from '../api/state/state-descriptor.js'
import type { StateOf } from '../api/state/state-of.js'
import type { TypeInformation } from '../api/types/type-information.js'
import { ClusterOptions } from '../core/config/cluster-options.js'
import { Configuration } from '../core/config/configuration.js'
import { describeValue } from '../core/errors/describe-value.js'
import { FlinkError } from '../core/errors/flink-error.js'
import { SystemClock } from '../core/time/system-clock.js'
import { queriedState, type QueriedState, type StateOrigin } from './queried-state.js'
import { NamedState, type NamedStateOptions } from './named-state.js'
import { RunDirectory } from './run-directory.js'
import { StateQuestions } from './state-questions.js'

const TIMEOUT_MS = 10_000

/**
 * Where a {@link QueryableStateClient} finds jobs, and how long it waits.
 *
 * @example
 * ```ts
 * import { QueryableStateClient, type QueryableStateTarget } from 'flink-ts/client'
 *
 * const target: QueryableStateTarget = { runDirectory: '/var/run/flink-ts', timeoutMs: 2_000 }
 * const client = new QueryableStateClient(target)
 * ```
 */
export interface QueryableStateTarget {
  /** `cluster.run-directory` of the jobs; `~/.flink-ts/run` where it is not said. */
  readonly runDirectory?: string
  /** That the task with a key has for an answer; 10,000. */
  readonly timeoutMs?: number
}

/**
 * Asks running jobs about their keyed state, from any process of the same user on the same machine: state whose descriptor has
 * a name (`setQueryable`), and streams that are kept as state (`asQueryableState`).
 *
 * The task that has the key answers between two records. While the job restarts, or when its process is gone, the newest
 * completed checkpoint answers, and the answer says so (`source`, `checkpointId`, `timestamp`).
 *
 * @example
 * ```ts
 * import { Types, ValueStateDescriptor } from 'flink-ts'
 * import { QueryableStateClient } from 'flink-ts/client'
 *
 * const client = new QueryableStateClient()
 * const descriptor = new ValueStateDescriptor('average', Types.TUPLE(Types.LONG, Types.LONG))
 * const state = await client.getKvState('cca7bc1061d61cf15238e92312c2fc20', 'query-name', 1, Types.LONG, descriptor)
 * console.log(state.value(), state.source)
 *
 * const sums = client.state<readonly [number, number]>('query-name')
 * console.log(await sums.get(1), await sums.getAll([2, 3]))
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/dev/datastream/fault-tolerance/queryable_state/
 */
export class QueryableStateClient {
  readonly #questions: StateQuestions

  /** `target`: the run directory, or more of it. GRAPH_INVALID where it is neither. */
  constructor(target: string | QueryableStateTarget = {}) {
    const { runDirectory, timeoutMs = TIMEOUT_MS } = checkedTarget(target)
    const configuration = new Configuration()
    const clock = new SystemClock()
    const directory = runDirectory ?? configuration.get(ClusterOptions.RUN_DIRECTORY)
    this.#questions = new StateQuestions({
      runDirectory: new RunDirectory(directory, () => clock.now()),
      configuration,
      timeoutMs,
    })
  }

  /**
   * The state of a key as a copy that cannot be changed (QUERIED_STATE_READ_ONLY), of the descriptor's kind. Without a descriptor
   * it is of the kind that the job says; aggregating state then gives its accumulator. The type of the key is needed for
   * keys that are instances of a class, and changes nothing for others.
   *
   * @throws FlinkError STATE_KEY_UNKNOWN where there is nothing under the key; JOB_NOT_FOUND, QUERYABLE_STATE_UNKNOWN,
   * STATE_QUERY_INVALID (a key or descriptor that is not the state's), STATE_NOT_AVAILABLE (neither the job nor a
   * checkpoint can answer), STATE_QUERY_TIMED_OUT, STATE_ANSWER_TOO_LARGE.
   */
  getKvState<D extends StateDescriptor<unknown>>(
    jobId: string,
    queryableStateName: string,
    key: unknown,
    keyType: TypeInformation<unknown> | undefined,
    stateDescriptor: D,
  ): Promise<StateOf<D> & StateOrigin>
  getKvState(
    jobId: string,
    queryableStateName: string,
    key: unknown,
    keyType?: TypeInformation<unknown>,
  ): Promise<QueriedState>
  async getKvState(
    jobId: string,
    name: string,
    key: unknown,
    ...[keyType, descriptor]: readonly [keyType?: TypeInformation<unknown>, descriptor?: StateDescriptor<unknown>]
  ): Promise<QueriedState> {
    const [answer] = await this.#questions.ask({ jobId, name, keys: [key], keyType, descriptor })
    if (answer?.value === undefined) {
      const shown = describeValue(key)
      const advice =
        answer?.origin.source === 'checkpoint'
          ? ` That says checkpoint ${String(answer.origin.checkpointId)}: the job does not run.`
          : ''
      throw new FlinkError('STATE_KEY_UNKNOWN', { name, jobId, key: shown, advice })
    }
    const { kind, value, origin } = answer
    return queriedState({ name, kind, value, origin }, descriptor)
  }

  /**
   * The state of a name, for an application: plain values, many keys at once. The job is the one that has a state of this
   * name; `jobId` says which where several have one.
   */
  state<T>(name: string, options: NamedStateOptions = {}): NamedState<T> {
    return new NamedState<T>(this.#questions, name, options)
  }
}

function checkedTarget(target: string | QueryableStateTarget): QueryableStateTarget {
  const given: unknown = target
  if (typeof given === 'string' && given !== '') return { runDirectory: given }
  if (typeof given === 'object' && given !== null) return target as QueryableStateTarget
  throw new FlinkError('GRAPH_INVALID', {
    operator: 'new QueryableStateClient(...)',
    reason: `it takes the run directory of the jobs, or { runDirectory, timeoutMs }, and was given ${describeValue(given)}`,
  })
}
