/**
 * Numbers that go round until the file `go-on` is in `--directory`, and 40 times at least. Each carries how often it has gone
 * round, and keyed state counts that as well: where the two differ, something was lost or came twice.
 */
import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import {
  KeyedProcessFunction,
  ValueStateDescriptor,
  type Collector,
  type KeyedProcessFunctionContext,
  type ParameterTool,
  type StreamExecutionEnvironment,
  type ValueState,
} from 'flink-ts'

interface Walker {
  readonly number: number
  readonly rounds: number
  readonly isInStep: boolean
}

const WALKERS = 500
const LEAST_ROUNDS = 40

class CountRounds extends KeyedProcessFunction<number, Walker, Walker> {
  readonly #halfway: string
  #rounds!: ValueState<number | null>

  constructor(directory: string) {
    super()
    this.#halfway = path.join(directory, 'halfway')
  }

  override open(): void {
    this.#rounds = this.getRuntimeContext().getState(new ValueStateDescriptor('rounds'))
  }

  processElement(walker: Walker, _: KeyedProcessFunctionContext<number>, out: Collector<Walker>): void {
    const { number } = walker
    const rounds = walker.rounds + 1
    this.#rounds.update((this.#rounds.value() ?? 0) + 1)
    if (number === WALKERS && rounds === LEAST_ROUNDS) writeFileSync(this.#halfway, '')
    out.collect({ number, rounds, isInStep: walker.isInStep && this.#rounds.value() === rounds })
  }
}

export default function loopJob(env: StreamExecutionEnvironment, params: ParameterTool): void {
  const directory = params.getRequired('directory')
  const goOn = path.join(directory, 'go-on')
  const walkers = env
    .fromSequence(1, WALKERS)
    .uid('numbers')
    .map((number): Walker => ({ number, rounds: 0, isInStep: true }))
  const begin = walkers.iterate().uid('loop')
  const counted = begin
    .keyBy(({ number }) => number)
    .process(new CountRounds(directory))
    .uid('rounds')
  const isDone = ({ rounds }: Walker): boolean => rounds >= LEAST_ROUNDS && existsSync(goOn)
  begin.closeWith(counted.filter((walker) => !isDone(walker)))
  counted
    .filter(isDone)
    .map(({ number, isInStep }) => `walker ${String(number)}${isInStep ? '' : ' is out of step'}`)
    .print()
}
