/** W1: map -> filter -> map -> sink in one chain; with `--depth n` n maps in a row, of numbers or `--of records`. */
import type { DataStream, ParameterTool, StreamExecutionEnvironment } from 'flink-ts'
import type { BenchRecord } from './bench-records.js'
import { benchSource } from './bench-source.js'
import { ProgressSink } from './progress-sink.js'
import { isKept, raiseValue, valueOf } from './chain-functions.js'

export default function chainJob(env: StreamExecutionEnvironment, params: ParameterTool): void {
  const source: DataStream<BenchRecord> = benchSource(env, params)
  const records = params.getInt('records')
  const depth = params.getInt('depth', 0)
  if (depth === 0) {
    const values = source
      .map((record) => raiseValue(record))
      .filter((record) => isKept(record))
      .map((record) => valueOf(record))
    values.addSink(new ProgressSink<number>(records, (value) => value))
    return
  }
  if (params.get('of') === 'records') {
    let raised: DataStream<BenchRecord> = source
    for (let level = 0; level < depth; level += 1) raised = raised.map((record) => raiseValue(record))
    raised.addSink(new ProgressSink<BenchRecord>(records, (record) => record.value))
    return
  }
  let stream: DataStream<number> = source.map((record) => valueOf(record))
  for (let level = 1; level < depth; level += 1) stream = stream.map((value) => value + level)
  stream.addSink(new ProgressSink<number>(records, (value) => value))
}
