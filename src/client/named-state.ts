import type { StateDescriptor } from '../api/state/state-descriptor.js'
import type { TypeInformation } from '../api/types/type-information.js'
import { resultOf, type StateOrigin } from './queried-state.js'
import type { StateQuestions } from './state-questions.js'

/**
 * What is known of a state that is asked about by name alone.
 *
 * @example
 * ```ts
 * import { Types } from 'flink-ts'
 * import { QueryableStateClient, type NamedStateOptions } from 'flink-ts/client'
 *
 * const options: NamedStateOptions = { jobId: 'cca7bc1061d61cf15238e92312c2fc20', keyType: Types.STRING }
 * const counts = new QueryableStateClient().state<number>('counts', options)
 * ```
 */
export interface NamedStateOptions {
  /** The job; the one that has a state of the name where it is not said. */
  readonly jobId?: string
  /** For keys that are instances of a class. */
  readonly keyType?: TypeInformation<unknown>
  /** With it aggregating state gives its result, else its accumulator; and the types are checked. */
  readonly descriptor?: StateDescriptor<unknown>
}

/**
 * A value, and whether the job said it or a checkpoint; null where there is none.
 *
 * @example
 * ```ts
 * import { QueryableStateClient, type StateAnswer } from 'flink-ts/client'
 *
 * const answer: StateAnswer<number> = await new QueryableStateClient().state<number>('counts').read('flink')
 * if (answer.source === 'checkpoint') console.log(`as of ${new Date(answer.timestamp).toISOString()}`)
 * ```
 */
export type StateAnswer<T> = StateOrigin & { readonly value: T | null }

/**
 * A state of a job by its name: `QueryableStateClient.state`. Its values are plain: of a value or reducing state T, of a list
 * state an array, of a map state a Map.
 *
 * @example
 * ```ts
 * import { QueryableStateClient, type NamedState } from 'flink-ts/client'
 *
 * const counts: NamedState<number> = new QueryableStateClient().state('counts')
 * const [flink = null, storm = null] = await counts.getAll(['flink', 'storm'])
 * ```
 */
export class NamedState<T> {
  readonly name: string
  readonly #questions: StateQuestions
  readonly #options: NamedStateOptions

  constructor(questions: StateQuestions, name: string, options: NamedStateOptions) {
    this.#questions = questions
    this.name = name
    this.#options = options
  }

  /** The value of a key; null where there is none. Errors are those of `getKvState`, but for STATE_KEY_UNKNOWN. */
  async get(key: unknown): Promise<T | null> {
    return (await this.read(key)).value
  }

  /** The values of the keys in their order, asked for together. They are not all of one moment. */
  async getAll(keys: readonly unknown[]): Promise<(T | null)[]> {
    return (await this.readAll(keys)).map(({ value }) => value)
  }

  /** The value, and whether the job said it. */
  async read(key: unknown): Promise<StateAnswer<T>> {
    const [answer] = await this.readAll([key])
    return answer ?? { value: null, source: 'job' }
  }

  async readAll(keys: readonly unknown[]): Promise<StateAnswer<T>[]> {
    const { descriptor, keyType, jobId } = this.#options
    const answers = await this.#questions.ask({ jobId, name: this.name, keys, keyType, descriptor })
    return answers.map(({ value, origin }) => {
      const given = value === undefined ? null : (resultOf(value, descriptor) as T)
      return { value: given, ...origin }
    })
  }
}
