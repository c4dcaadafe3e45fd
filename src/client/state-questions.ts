import type { StateDescriptor } from '../api/state/state-descriptor.js'
import type { TypeInformation } from '../api/types/type-information.js'
import type { Configuration } from '../core/config/configuration.js'
import { describeValue } from '../core/errors/describe-value.js'
import { FlinkError } from '../core/errors/flink-error.js'
import { messageOf } from '../core/errors/thrown-value.js'
import { decodeKey, InvalidKeyError, keyBytes, type KeyKind } from '../core/keygroups/canonical-key.js'
import { DataInputView } from '../core/memory/data-input-view.js'
import { DataOutputView } from '../core/memory/data-output-view.js'
import { structuredSerializer } from '../core/types/structured-serializer.js'
import type { QueryableStateMessage } from '../rest/messages/state-messages.js'
import type { StateMetadata } from '../storage/state-handles.js'
import type { ValueReader } from '../state-processor/look-up.js'
import type { CheckpointQuestion, CheckpointState, CheckpointValues } from './checkpoint-state.js'
import type { StateOrigin } from './queried-state.js'
import type { RunDirectory } from './run-directory.js'
import { StateJobs, type JobAnswer } from './state-jobs.js'

/** Of one request: far below what a job takes. */
const KEYS_AT_ONCE = 1000
const CHARS_AT_ONCE = 256 * 1024
/** A request has a mebibyte, with its name. */
const LONGEST_KEY_CHARS = 1_000_000
/** A checkpoint that is gone when it is read was replaced by a newer one, which is named next. */
const MOST_CHECKPOINTS = 5
const ASK_LATER = 'Ask again when the job runs.'
const RETAIN = 'Checkpoints outlive a job with execution.checkpointing.externalized-checkpoint-retention.'

export interface StateQuestion {
  /** Undefined: the job that has a state of this name. */
  readonly jobId: string | undefined
  readonly name: string
  readonly keys: readonly unknown[]
  readonly keyType: TypeInformation<unknown> | undefined
  readonly descriptor: StateDescriptor<unknown> | undefined
}

export interface KeyAnswer {
  readonly kind: string
  /** As it is stored; undefined where there is none. */
  readonly value: unknown
  readonly origin: StateOrigin
}

export interface StateQuestionsServices {
  readonly runDirectory: RunDirectory
  readonly configuration: Configuration
  readonly timeoutMs: number
}

interface AskedKey {
  readonly key: unknown
  readonly text: string
}

type NoJobAnswer = Exclude<JobAnswer, { readonly source: 'job' }>
type ReaderFor = (metadata: StateMetadata) => ValueReader

/** Puts questions about state to jobs, and to their checkpoints where they cannot answer. */
export class StateQuestions {
  readonly #services: StateQuestionsServices
  readonly #jobs: StateJobs
  #checkpoints: CheckpointState | undefined

  constructor(services: StateQuestionsServices) {
    this.#services = services
    this.#jobs = new StateJobs(services.runDirectory)
  }

  /** In the order of the keys. */
  async ask(question: StateQuestion): Promise<KeyAnswer[]> {
    const { name, keyType, descriptor } = question
    const keys = listOfKeys(question).map((key) => askedKey(key, keyType, name))
    const jobId = question.jobId ?? (await this.#jobWith(name))
    // What reads values is not needed by those who only list and cancel jobs.
    const { valueReaderOf } = await import('./queried-values.js')
    const readerFor: ReaderFor = (metadata) => valueReaderOf(metadata, descriptor, name)
    const answers: KeyAnswer[] = []
    for (const part of partsOf(keys)) answers.push(...(await this.#askPart(jobId, name, part, readerFor)))
    return answers
  }

  async #jobWith(name: string): Promise<string> {
    const found = await this.#jobs.jobWith(name)
    if (found !== undefined) return found
    const advice =
      'No job that runs has one, nor has any that has ended; a state is known when its function has asked for it.'
    throw new FlinkError('QUERYABLE_STATE_UNKNOWN', { jobId: '(any)', name, advice })
  }

  async #askPart(
    jobId: string,
    name: string,
    keys: readonly AskedKey[],
    readerFor: ReaderFor,
  ): Promise<readonly KeyAnswer[]> {
    const request = { name, keys: keys.map(({ text }) => text), timeoutMs: this.#services.timeoutMs }
    let damaged: string | undefined
    for (let round = 1; ; round += 1) {
      const answer = await this.#jobs.ask(jobId, request)
      const { state } = answer
      if (answer.source === 'job') {
        const read = readerFor(metadataOf(state))
        return answer.values.map((value) => ({
          kind: state.kind,
          value: decoded(value, read),
          origin: { source: 'job' },
        }))
      }
      try {
        const given = { state, keys: keys.map(({ key }) => key), readerFor }
        return await this.#fromCheckpoint(jobId, answer, given)
      } catch (error) {
        const { isGone } = await import('./checkpoint-state.js')
        if (isGone(error) && answer.source === 'ended') throw notAvailable(jobId, { ...answer, isRemoved: true })
        // Its metadata were there, and then its files were not: it is damaged where the job names it once more.
        const named = answer.source === 'none' ? answer.checkpoint?.path : undefined
        const isRemoved = FlinkError.is(error, 'SNAPSHOT_CORRUPT') && named !== undefined && named !== damaged
        if (!(isGone(error) || isRemoved) || round >= MOST_CHECKPOINTS) throw error
        damaged = named
      }
    }
  }

  async #fromCheckpoint(
    jobId: string,
    answer: NoJobAnswer,
    question: CheckpointQuestion,
  ): Promise<readonly KeyAnswer[]> {
    const { kind } = answer.state
    const found = await this.#readCheckpoint(answer, question)
    if (found === undefined) throw notAvailable(jobId, answer)
    const { checkpointId, timestamp, values } = found
    return values.map((value) => ({ kind, value, origin: { source: 'checkpoint', checkpointId, timestamp } }))
  }

  async #readCheckpoint(answer: NoJobAnswer, question: CheckpointQuestion): Promise<CheckpointValues | undefined> {
    const { CheckpointState } = await import('./checkpoint-state.js')
    const checkpoints = (this.#checkpoints ??= new CheckpointState(this.#services.configuration))
    if (answer.source === 'gone') return checkpoints.newestIn(answer.checkpoints, question)
    return answer.checkpoint === null ? undefined : checkpoints.at(answer.checkpoint.path, question)
  }
}

function notAvailable(jobId: string, answer: NoJobAnswer & { readonly isRemoved?: boolean }): FlinkError {
  const { name } = answer.state
  const of = (reason: string, advice: string): FlinkError =>
    new FlinkError('STATE_NOT_AVAILABLE', { jobId, name, reason, advice })
  switch (answer.source) {
    case 'gone':
      return of('its process has died, and no checkpoint of it is complete', 'Start the job again.')
    case 'ended':
      return answer.isRemoved === true
        ? of(`${answer.reason}, and the checkpoint that it left is gone`, 'Start the job again.')
        : of(`${answer.reason}, and it left no checkpoint in files`, RETAIN)
    case 'none':
      return of(answer.reason, `No checkpoint in files is complete. ${ASK_LATER}`)
  }
}

/** Those who write no types may give one key for a list of one. */
function listOfKeys({ name, keys }: StateQuestion): readonly unknown[] {
  const given: unknown = keys
  if (Array.isArray(given)) return keys
  const reason = `keys are a list, and it was given ${describeValue(given)}`
  throw new FlinkError('STATE_QUERY_INVALID', { name, reason })
}

/** With its type a key may be an instance of a class: it travels as its parts. */
function askedKey(given: unknown, keyType: TypeInformation<unknown> | undefined, name: string): AskedKey {
  const output = new DataOutputView(32)
  try {
    const kind: KeyKind | undefined = keyType?.keyKind()
    const key = kind === undefined ? given : decodeKey(kind, new DataInputView(keyBytes(given, kind)))
    structuredSerializer().serialize(key, output)
    const text = Buffer.from(output.toBytes()).toString('base64')
    if (text.length > LONGEST_KEY_CHARS) throw new InvalidKeyError('it is longer than a request can be')
    return { key, text }
  } catch (cause) {
    const reason = `${describeValue(given)} is no key: ${messageOf(cause)}`
    throw new FlinkError('STATE_QUERY_INVALID', { name, reason }, { cause })
  }
}

function* partsOf(keys: readonly AskedKey[]): Generator<readonly AskedKey[]> {
  let part: AskedKey[] = []
  let chars = 0
  for (const key of keys) {
    if (part.length >= KEYS_AT_ONCE || (part.length > 0 && chars + key.text.length > CHARS_AT_ONCE)) {
      yield part
      part = []
      chars = 0
    }
    part.push(key)
    chars += key.text.length
  }
  if (part.length > 0) yield part
}

function decoded(value: string | null, read: ValueReader): unknown {
  return value === null ? undefined : read(new DataInputView(Buffer.from(value, 'base64')))
}

function metadataOf(state: QueryableStateMessage): StateMetadata {
  const { state: name, kind, type: typeFingerprint, 'schema-version': schemaVersion } = state
  return { name, kind: kind as StateMetadata['kind'], typeFingerprint, schemaVersion }
}
