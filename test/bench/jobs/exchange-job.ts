/** Two sources, two sinks; every record goes to the sink in the other worker. */
import type { ParameterTool, StreamExecutionEnvironment } from 'flink-ts'
import { BenchSource } from './bench-source.js'
import { exchangeRecordMaker, idOf, type ExchangeKind, type ExchangeRecord } from './exchange-records.js'
import { ProgressSink } from './progress-sink.js'

export default function exchangeJob(env: StreamExecutionEnvironment, params: ParameterTool): void {
  const kind = params.getRequired('kind') as ExchangeKind
  const records = params.getInt('records')
  const id = idOf(kind)
  const source = new BenchSource<ExchangeRecord>(records, (subtask) => {
    const make = exchangeRecordMaker(kind)
    return (n) => make(2 * n + subtask)
  })
  env
    .addSource(source, 'source')
    .partitionCustom({ partition: (key: number) => 1 - (key % 2) }, (record) => id(record))
    .addSink(new ProgressSink<ExchangeRecord>(records, id))
}
