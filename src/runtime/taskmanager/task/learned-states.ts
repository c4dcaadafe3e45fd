// Duty: which states an operator asks for, learned without a task: it is made and its state initialised, as after a restore of
// nothing, and it is opened where it may ask for state then; no record comes, and it is closed.
// Invariants: the engine writes nothing and emits nothing. What the functions do in there is theirs, so sources, and sinks and
// functions of streams without keys, are not opened: they ask for state when it is initialised. An operator that fails or
// takes too long is told with what it had asked for by then.
// Thread: a worker that runs the program and no task.
import type { OperatorSpec } from '../../../api/dag/operator-spec.js'
import { messageWithPlace } from '../../../core/errors/failure-text.js'
import type { Clock } from '../../../core/time/clock.js'
import type { OperatorBinding } from '../../../graph/program-graph.js'
import type { OperatorSubtaskState } from '../../../storage/state-handles.js'
import type { OperatorContext, StreamOperator } from '../operators/stream-operator.js'
import type { AskedState, AskedStateListener } from '../state/asked-state.js'
import { createOperator } from './operator-factory.js'

export interface LearnedStates {
  /** In the order in which they were asked for. */
  readonly asked: readonly AskedState[]
  /** Why there may be more of them; undefined where all hooks have run to their end. */
  readonly failure: string | undefined
  /** They were called and have failed, or did not come to their end: as they would in a run. */
  readonly hasFailed: boolean
}

export interface LearningInput {
  /** What it would restore, of which it may only look at the descriptions. */
  readonly restored: OperatorSubtaskState
  readonly checkpointId: number
  readonly contextWith: (onStateAsked: AskedStateListener) => OperatorContext
  readonly clock: Clock
  /** For all hooks together. */
  readonly limitMs: number
}

/** They make operators that have no state to be asked for but what their task gives them. */
const WITHIN_TASK: readonly OperatorSpec['kind'][] = ['iteration-head', 'iteration-tail']
const OWN: readonly OperatorSpec['kind'][] = ['own-one-input', 'own-two-input', 'factory']

/** Never rejects. */
export async function learnStates(binding: OperatorBinding, input: LearningInput): Promise<LearnedStates> {
  const asked: AskedState[] = []
  if (WITHIN_TASK.includes(binding.spec.kind)) {
    return { asked, failure: 'it is the end of a loop', hasFailed: false }
  }
  const life = new ShortLife(binding, input, (state) => asked.push(state))
  const failure = await withinLimit(life.run(), input)
  await withinLimit(life.end(), input)
  return { asked: [...asked], failure, hasFailed: failure !== undefined }
}

class ShortLife {
  readonly #binding: OperatorBinding
  readonly #input: LearningInput
  readonly #onStateAsked: AskedStateListener
  #operator: StreamOperator | undefined

  constructor(binding: OperatorBinding, input: LearningInput, onStateAsked: AskedStateListener) {
    this.#binding = binding
    this.#input = input
    this.#onStateAsked = onStateAsked
  }

  async run(): Promise<void> {
    const { restored, checkpointId, contextWith } = this.#input
    this.#operator = createOperator(this.#binding, contextWith(this.#onStateAsked))
    await this.#operator.initializeState(restored, checkpointId)
    if (mayAskWhenOpened(this.#binding)) await this.#operator.open()
  }

  async end(): Promise<void> {
    await this.#operator?.close()
  }
}

function mayAskWhenOpened({ keys, spec }: OperatorBinding): boolean {
  return keys.some((key) => key !== undefined) || OWN.includes(spec.kind)
}

/** Why it did not come to its end; undefined where it did. */
function withinLimit(work: Promise<void>, { clock, limitMs }: LearningInput): Promise<string | undefined> {
  return new Promise((resolve) => {
    const timer = clock.setTimer(limitMs, () => {
      resolve(`it took longer than ${String(limitMs / 1000)} s to open`)
    })
    const settle = (failure?: string): void => {
      timer.cancel()
      resolve(failure)
    }
    work.then(
      () => {
        settle()
      },
      (error: unknown) => {
        settle(messageWithPlace(error))
      },
    )
  })
}
