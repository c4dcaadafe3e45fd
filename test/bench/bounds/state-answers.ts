/**
 * How long a busy thread is kept by questions about its state: a thousand a second, each between two millisecond-long pieces of other
 * work on 32 MB, by shared memory and by messages in turn. Times are medians in us; that a message is received is in none of them, as
 * Node does that before anybody can look at a clock.
 */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { RingQueries } from '../../../src/cluster/ring-queries.js'
import { keyBytes } from '../../../src/core/keygroups/canonical-key.js'
import { SystemClock } from '../../../src/core/time/system-clock.js'
import { allocateBell } from '../../../src/runtime/protocol/doorbell-memory.js'
import type { StateQueryMemory } from '../../../src/runtime/protocol/state-query-memory.js'
import type { QueryState, StateQueried } from '../../../src/runtime/protocol/state-queries.js'
import type { WorkerToMaster } from '../../../src/runtime/protocol/worker-to-master.js'
import { Mailbox } from '../../../src/runtime/taskmanager/task/mailbox.js'
import { TaskQueryableStates } from '../../../src/runtime/taskmanager/task/queryable-states.js'
import type { TaskControl } from '../../../src/runtime/taskmanager/task/task-control.js'
import { RingQuestions } from '../../../src/runtime/taskmanager/taskexecutor/ring-questions.js'
import { median } from '../median.js'

const QUESTIONS = 6_000
/** The first ones compile what answers. */
const WARM_UP = 0.5
/** So many by one way before the other one. */
const TURN = 50
const WORK_MS = 1
const KEYS = 100_000
const EXECUTION = `${'0'.repeat(32)}_0_0`

const isByMessage = (queryId: number): boolean => Math.floor(queryId / TURN) % 2 === 1

function questionOf(queryId: number): QueryState {
  const key = Buffer.from(keyBytes(`k${String((queryId * 7919) % KEYS)}`, 'auto')).toString('latin1')
  return { type: 'query-state', executionId: EXECUTION, queryId, name: 'count', keys: [key], limitBytes: 1 << 24 }
}

function ask(): void {
  const onAnswer = ({ answered }: StateQueried): void => {
    const next = (answered[0]?.queryId ?? 0) + 1
    if (next > QUESTIONS) worker.postMessage('end')
    else if (isByMessage(next)) worker.postMessage(questionOf(next))
    else if (!rings.ask(questionOf(next))) throw new Error('there is no room for one question')
  }
  const rings = new RingQueries({ bell: allocateBell(), clock: new SystemClock(), onAnswer })
  const worker = new Worker(new URL(import.meta.url), { workerData: rings.memory })
  worker.on('message', (message: StateQueried | { readonly timesUs: readonly number[] }) => {
    if ('answered' in message) onAnswer(message)
    else {
      process.stdout.write(`${JSON.stringify(message)}\n`)
      void worker.terminate()
    }
  })
  rings.ask(questionOf(1))
}

/** Answers, and keeps itself busy meanwhile. */
class Answering {
  readonly #questions: RingQuestions
  readonly #states: TaskQueryableStates
  readonly #mailbox = new Mailbox(() => undefined)
  readonly #table = new Float64Array(1 << 22)
  readonly #timesMs: Record<'ring' | 'message', number[]> = { ring: [], message: [] }
  #position = 1
  #isByMessage = false
  #ended = false

  constructor(memory: StateQueryMemory) {
    this.#questions = new RingQuestions(memory, (question) => {
      this.arrived(question)
    })
    const control = { mailbox: this.#mailbox, life: { isRunning: true } } as unknown as TaskControl
    const send = (message: WorkerToMaster): void => {
      if (message.type === 'state-queried' && !this.#isByMessage) this.#questions.answer(message)
      else if (message.type === 'state-queried') parentPort?.postMessage(message)
    }
    const clock = new SystemClock()
    const owned = { executionId: EXECUTION, maxParallelism: 128, isRestored: false, control, clock, send }
    this.#states = new TaskQueryableStates(owned)
    const counts = new Map(Array.from({ length: KEYS }, (_, key) => [`k${String(key)}`, key]))
    this.#states.register(
      { operatorId: 'o', operatorName: 'Count', keyKind: 'auto' },
      {
        queryableName: 'count',
        metadata: { name: 'count', kind: 'value', typeFingerprint: 'GENERIC', schemaVersion: 0 },
        writeValueOf: (key, _hash, output) => {
          output.writeFloat64(counts.get(key as string) ?? 0)
          return true
        },
      },
    )
  }

  arrived(question: QueryState): void {
    this.#isByMessage = isByMessage(question.queryId)
    this.#states.arrived(question)
  }

  end(): void {
    this.#ended = true
  }

  turn(): void {
    const startMs = performance.now()
    if (this.#questions.hasMessages) this.#questions.take()
    const isAsked = !this.#mailbox.isEmpty
    this.#mailbox.drain()
    if (isAsked) this.#timesMs[this.#isByMessage ? 'message' : 'ring'].push(performance.now() - startMs)
    if (this.#ended) {
      const { ring, message } = this.#timesMs
      parentPort?.postMessage({ timesUs: [ring, message].map(medianUs) })
      return
    }
    this.#work()
    setImmediate(() => {
      this.turn()
    })
  }

  #work(): void {
    for (const endMs = performance.now() + WORK_MS; performance.now() < endMs;) {
      for (let count = 0; count < 100; count += 1) {
        this.#position = (Math.imul(this.#position, 1_103_515_245) + 12_345) & (this.#table.length - 1)
        this.#table[this.#position] = count
      }
    }
  }
}

function medianUs(timesMs: readonly number[]): number {
  return 1000 * median(timesMs.slice(Math.floor(timesMs.length * WARM_UP)))
}

if (isMainThread) ask()
else {
  const answering = new Answering(workerData as StateQueryMemory)
  parentPort?.on('message', (message: QueryState | 'end') => {
    if (message === 'end') answering.end()
    else answering.arrived(message)
  })
  answering.turn()
}
