// Duty: calls the function about records, and decides what its answers mean: results, another attempt, or the failure of the job.
// Invariants: of a record the first answer counts, and of several attempts that of the newest; all others do nothing, whenever they come.
// An answer only keeps what came: results go out, and an attempt is made, on the task's thread between two records.
// Thread: the task worker that owns the operator; callbacks of the function come between its steps.
import type { AsyncSpec } from '../../../api/dag/operators/async-spec.js'
import type { AsyncRetryStrategy } from '../../../api/functions/async/async-retry-strategy.js'
import type { ResultFuture } from '../../../api/functions/async/result-future.js'
import { describeValue } from '../../../core/errors/describe-value.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { Counter } from '../../../core/metrics/counter.js'
import type { OperatorErrors } from '../operators/operator-errors.js'
import type { OperatorContext } from '../operators/stream-operator.js'
import { isThenable, resultMissing, sourceOf } from '../state/thenable.js'
import { AsyncCall, type AskedMethod, type AsyncCallOwner } from './async-call.js'
import type { AsyncRecord, Retries } from './async-record.js'

export interface AsyncCallsOperator {
  readonly name: string
  readonly context: OperatorContext
  readonly errors: OperatorErrors
}

/** Undefined is for a second parameter that has a default: it is no future then. */
interface CalledFunction {
  asyncInvoke(input: unknown, future: ResultFuture<unknown> | undefined): unknown
  timeout?(input: unknown, future: ResultFuture<unknown> | undefined): unknown
}

const NO_RESULTS: readonly unknown[] = []

export class AsyncCalls implements AsyncCallOwner {
  readonly #function: CalledFunction
  readonly #asyncInvoke: AskedMethod
  readonly #timeout: AskedMethod
  readonly #strategy: AsyncRetryStrategy<unknown> | undefined
  readonly #operator: AsyncCallsOperator
  readonly #onCompleted: (record: AsyncRecord) => void
  readonly #numRetries: Counter
  readonly #numTimeouts: Counter
  #isClosed = false

  /** `onCompleted`: the record has its results. */
  constructor(spec: AsyncSpec, operator: AsyncCallsOperator, onCompleted: (record: AsyncRecord) => void) {
    this.#function = spec.function
    this.#asyncInvoke = { name: 'asyncInvoke', numParameters: spec.function.asyncInvoke.length }
    this.#timeout = { name: 'timeout', numParameters: spec.function.timeout?.length ?? 0 }
    this.#strategy = spec.retryStrategy
    this.#operator = operator
    this.#onCompleted = onCompleted
    const { metrics } = operator.context
    this.#numRetries = metrics.counter('numAsyncRetries')
    this.#numTimeouts = metrics.counter('numAsyncTimeouts')
  }

  /** `value`: what the function is given, which it may change. */
  ask(record: AsyncRecord, value: unknown): void {
    const call = new AsyncCall(record, record.retries?.attempts ?? 1, this.#asyncInvoke, this)
    try {
      this.#takeGiven(this.#function.asyncInvoke(value, futureFor(call)), call)
    } catch (error) {
      this.failed(call, error)
    }
  }

  /** Of a record without result; `timeoutError` is why the job fails where the function has no word to say. */
  timedOut(record: AsyncRecord, timeoutError: () => FlinkError): void {
    this.#numTimeouts.inc()
    const retries = this.#retriesOf(record)
    retries.isOver = true
    retries.timer?.cancel()
    const call = new AsyncCall(record, retries.attempts, this.#timeout, this)
    if (this.#function.timeout === undefined) {
      this.failed(call, timeoutError())
      return
    }
    try {
      this.#takeGiven(this.#function.timeout(this.#copyOf(record), futureFor(call)), call)
    } catch (error) {
      this.failed(call, error)
    }
  }

  completed(call: AsyncCall, results: unknown): void {
    const { record } = call
    if (this.#isStale(call)) return
    const list = asList(results)
    if (list === undefined) {
      this.#refuse(
        call,
        `called resultFuture.complete with ${describeValue(results)}. It takes an array of results: ` +
          'complete([result]), or complete([]) where there is none.',
      )
      return
    }
    if (this.#strategy !== undefined && this.#retries(call, (predicate) => predicate.resultPredicate()?.(list))) return
    if (list.includes(undefined)) {
      this.#fail(record, resultMissing(this.#operator.name, call.method.name, this.#function))
      return
    }
    record.results = list
    this.#onCompleted(record)
  }

  failed(call: AsyncCall, error: unknown): void {
    if (this.#isStale(call)) return
    if (this.#strategy !== undefined && this.#retries(call, (predicate) => predicate.exceptionPredicate()?.(error)))
      return
    this.#fail(call.record, error)
  }

  close(records: Iterable<AsyncRecord>): void {
    this.#isClosed = true
    for (const { retries } of records) retries?.timer?.cancel()
  }

  #isStale({ record, attempt }: AsyncCall): boolean {
    return this.#isClosed || record.results !== undefined || attempt !== (record.retries?.attempts ?? 1)
  }

  #takeGiven(given: unknown, call: AsyncCall): void {
    if (isThenable(given)) {
      given.then(
        (result) => {
          if (call.method.numParameters < 2) this.#takeResult(result, call)
          else this.#takeEnd(result, call)
        },
        (error: unknown) => {
          this.failed(call, error)
        },
      )
    } else if (call.method.numParameters < 2) this.#takeResult(given, call)
    else if (given !== undefined) this.#refuseGenerator(given, call)
  }

  /** Of a function that takes the future: the results come by that. */
  #takeEnd(result: unknown, call: AsyncCall): void {
    if (isHandle(result) || this.#isStale(call) || call.record.retries?.timer !== undefined) return
    this.#refuse(
      call,
      `takes a resultFuture, but its promise resolved with ${describeValue(result)} and nothing was completed. ` +
        'Call resultFuture.complete([result]), or leave that parameter out.',
    )
  }

  #takeResult(result: unknown, call: AsyncCall): void {
    if (Array.isArray(result)) this.completed(call, result)
    else if (result !== undefined) {
      if (!this.#refuseGenerator(result, call)) this.completed(call, [result])
    }
    // One without parameters may take the future by its `arguments`.
    else if (call.method.numParameters === 1 && !this.#isStale(call)) {
      this.#fail(call.record, resultMissing(this.#operator.name, call.method.name, this.#function))
    }
  }

  /** Nobody asks one for its results: of most not a line would run. */
  #refuseGenerator(given: unknown, call: AsyncCall): boolean {
    if (!isGenerator(given)) return false
    const advice = 'Give the results as an array, or as the promise of one (async, without the asterisk).'
    if (!this.#isStale(call)) this.#refuse(call, `is a generator, which is not asked for its results. ${advice}`)
    return true
  }

  #refuse(call: AsyncCall, reason: string): void {
    const { name: method } = call.method
    const source = sourceOf(this.#function, method)
    const details = { operator: this.#operator.name, method, source, reason }
    this.#fail(call.record, new FlinkError('ASYNC_RESULT_INVALID', details))
  }

  /** True where the function is asked again. What the strategy of the user throws fails the job. */
  #retries(
    call: AsyncCall,
    isReason: (predicate: ReturnType<AsyncRetryStrategy<unknown>['getRetryPredicate']>) => boolean | undefined,
  ): boolean {
    const { record, attempt } = call
    const strategy = this.#strategy
    if (strategy === undefined || record.retries?.isOver === true) return false
    // Until the next attempt begins, this one has had its say.
    if (record.retries?.timer !== undefined) return true
    try {
      if (isReason(strategy.getRetryPredicate()) !== true || !strategy.canRetry(attempt)) return false
      const retries = this.#retriesOf(record)
      this.#askLater(record, retries, strategy.getBackoffTimeMillis(attempt))
    } catch (error) {
      this.#fail(record, error)
    }
    return true
  }

  #askLater(record: AsyncRecord, retries: Retries, delayMs: number): void {
    const { context } = this.#operator
    retries.timer = context.clock.setTimer(delayMs, () => {
      context.enqueueMail(() => {
        if (retries.timer === undefined || retries.isOver || this.#isClosed) return
        this.#askAgain(record, retries)
      })
    })
  }

  #askAgain(record: AsyncRecord, retries: Retries): void {
    retries.timer = undefined
    retries.attempts += 1
    this.#numRetries.inc()
    this.ask(record, this.#copyOf(record))
  }

  #retriesOf(record: AsyncRecord): Retries {
    record.retries ??= { attempts: 1, timer: undefined, isOver: false }
    return record.retries
  }

  #copyOf(record: AsyncRecord): unknown {
    return this.#operator.context.waitingCopier.copy(record.value)
  }

  /** The record is over; it stays in the snapshot, as it is not out. Where the job goes on without it, that is told when it would be. */
  #fail(record: AsyncRecord, error: unknown): void {
    const failure = this.#operator.errors.failed(error)
    if (this.#operator.context.badRecords?.forgives(failure) === true) {
      record.results = NO_RESULTS
      record.failure = failure
      this.#onCompleted(record)
      return
    }
    record.results = NO_RESULTS
    this.#operator.context.enqueueMail(() => {
      throw failure
    })
  }
}

function futureFor(call: AsyncCall): AsyncCall | undefined {
  return call.method.numParameters === 1 ? undefined : call
}

/** Nothing, or what stands for something that goes on, as a timer or a request does: no result was meant. */
function isHandle(result: unknown): boolean {
  if (typeof result !== 'object' || result === null || Array.isArray(result)) return result === undefined
  const prototype: unknown = Object.getPrototypeOf(result)
  return prototype !== null && prototype !== Object.prototype
}

function isGenerator(given: unknown): boolean {
  if (typeof given !== 'object' || given === null || typeof Reflect.get(given, 'next') !== 'function') return false
  return Symbol.iterator in given || Symbol.asyncIterator in given
}

/** Undefined for what has no results in it; a string has letters. */
function asList(results: unknown): readonly unknown[] | undefined {
  if (Array.isArray(results)) return results as readonly unknown[]
  if (typeof results !== 'object' || results === null || !(Symbol.iterator in results)) return undefined
  return [...(results as Iterable<unknown>)]
}
