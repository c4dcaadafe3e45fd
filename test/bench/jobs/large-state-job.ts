/**
 * Makes as many keys as asked for, a kilobyte each, then reads some of them again in a random order and says how many are not as
 * they were written, and how much heap it took.
 */
import { KeyedProcessFunction, RichSinkFunction, ValueStateDescriptor } from 'flink-ts'
import type {
  Collector,
  KeyedProcessFunctionContext,
  ParameterTool,
  StreamExecutionEnvironment,
  ValueState,
} from 'flink-ts'
import { getHeapStatistics } from 'node:v8'

const VALUE_CHARACTERS = 1000
/** A text in which no two places are alike, of which values are copied out: no compression makes them small. */
const TEXT_CHARACTERS = 1 << 20
const HEX = '0123456789abcdef'

interface Holding {
  readonly id: number
  readonly text: string
}

type Outcome = readonly [kind: 'written' | 'read' | 'wrong', heapBytes: number]

function randomText(): Buffer {
  let seed = 1
  const text = Buffer.alloc(TEXT_CHARACTERS)
  for (let at = 0; at < TEXT_CHARACTERS; at += 1) {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
    text[at] = HEX.charCodeAt(seed >>> 28)
  }
  return text
}

class WriteOrCheck extends KeyedProcessFunction<number, number, Outcome> {
  readonly #keys: number
  #text: Buffer = Buffer.alloc(0)
  #holding: ValueState<Holding> | undefined
  #seen = 0

  constructor(keys: number) {
    super()
    this.#keys = keys
  }

  override open(): void {
    this.#text = randomText()
    this.#holding = this.getRuntimeContext().getState(new ValueStateDescriptor<Holding>('holding'))
  }

  override processElement(value: number, ctx: KeyedProcessFunctionContext<number>, out: Collector<Outcome>): void {
    const key = ctx.getCurrentKey()
    this.#seen += 1
    const isRead = value >= this.#keys
    if (!isRead) this.#holding?.update(this.#valueOf(key))
    const isWrong = isRead && !this.#isAsWritten(key)
    if (isWrong || this.#seen % 1000 === 0) {
      out.collect([isWrong ? 'wrong' : isRead ? 'read' : 'written', getHeapStatistics().used_heap_size])
    }
  }

  #isAsWritten(key: number): boolean {
    const held = this.#holding?.value()
    const wanted = this.#valueOf(key)
    return held?.id === wanted.id && held.text === wanted.text
  }

  #valueOf(key: number): Holding {
    const from = (key * 7919) % (TEXT_CHARACTERS - VALUE_CHARACTERS)
    return { id: key, text: this.#text.toString('latin1', from, from + VALUE_CHARACTERS) }
  }
}

class Report extends RichSinkFunction<Outcome> {
  readonly #every: number
  readonly #outcomes = { written: 0, read: 0, wrong: 0 }
  #mostHeapBytes = 0
  #told = 0

  constructor(every: number) {
    super()
    this.#every = every
  }

  override invoke([kind, heapBytes]: Outcome): void {
    this.#outcomes[kind] += kind === 'wrong' ? 1 : 1000
    this.#mostHeapBytes = Math.max(this.#mostHeapBytes, heapBytes)
    const records = this.#outcomes.written + this.#outcomes.read
    if (records - this.#told < this.#every) return
    this.#told = records
    this.#write('PROGRESS')
  }

  override finish(): void {
    this.#write('FINAL')
  }

  #write(word: string): void {
    const report = { ...this.#outcomes, mostHeapMb: Math.round(this.#mostHeapBytes / 1_048_576) }
    this.getRuntimeContext()
      .getStandardOutput()
      .write(`${word} ${JSON.stringify(report)}\n`)
  }
}

export default function largeStateJob(env: StreamExecutionEnvironment, params: ParameterTool): void {
  const keys = params.getInt('keys')
  const reads = params.getInt('reads')
  env
    .fromSequence(0, keys + reads - 1)
    .uid('numbers')
    .setParallelism(1)
    // From the last key on: keys that were made, in no order.
    .keyBy((value) => (value < keys ? value : (value * 48_271) % keys))
    .process(new WriteOrCheck(keys))
    .uid('holdings')
    .addSink(new Report(Math.ceil(keys / 10)))
    .uid('report')
    .setParallelism(1)
}
