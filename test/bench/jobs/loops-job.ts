/** Each record goes round `--rounds` times and is raised each time; with 0 it goes through the same functions without a loop. */
import type { DataStream, ParameterTool, StreamExecutionEnvironment } from 'flink-ts'
import { BenchSource, makerOf } from './bench-source.js'
import { ProgressSink } from './progress-sink.js'

interface RoundedRecord {
  readonly id: number
  readonly key: string
  readonly value: number
  readonly rounds: number
}

export default function loopsJob(env: StreamExecutionEnvironment, params: ParameterTool): void {
  const records = params.getInt('records')
  const rounds = params.getInt('rounds')
  const make = makerOf(params)
  const source = new BenchSource<RoundedRecord>(records, (subtask) => {
    const next = make(subtask)
    return (number) => {
      const { id, key, value } = next(number)
      return { id, key, value, rounds }
    }
  })
  const stream: DataStream<RoundedRecord> = env.addSource(source, 'source')
  const results = rounds === 0 ? raised(stream) : goneRound(stream)
  results.addSink(new ProgressSink<RoundedRecord>(records, ({ value }) => value))
}

function raised(stream: DataStream<RoundedRecord>): DataStream<RoundedRecord> {
  return stream
    .map(({ id, key, value, rounds }) => ({ id, key, value: value + 1, rounds: rounds - 1 }))
    .filter(({ rounds }) => rounds < 1)
}

function goneRound(stream: DataStream<RoundedRecord>): DataStream<RoundedRecord> {
  const loop = stream.iterate()
  const body = loop.map(({ id, key, value, rounds }) => ({ id, key, value: value + 1, rounds: rounds - 1 }))
  loop.closeWith(body.filter(({ rounds }) => rounds > 0))
  return body.filter(({ rounds }) => rounds < 1)
}
