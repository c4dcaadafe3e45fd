/** Each record is looked up, which takes a millisecond, a thousand at a time; `--form promise` by an async function. */
import {
  AsyncDataStream,
  TimeUnit,
  type AsyncArgument,
  type ParameterTool,
  type StreamExecutionEnvironment,
} from 'flink-ts'
import type { BenchRecord } from './bench-records.js'
import { benchSource } from './bench-source.js'
import { LookupClient } from './lookup-client.js'
import { ProgressSink } from './progress-sink.js'

const LATENCY_MS = 1
const CAPACITY = 1000

function lookup(form: string | null): AsyncArgument<BenchRecord, number> {
  const client = new LookupClient(LATENCY_MS)
  if (form === 'promise') {
    const get = (key: string): Promise<number> =>
      new Promise((resolve) => {
        client.get(key, resolve)
      })
    return async ({ key, value }) => value + (await get(key))
  }
  return {
    asyncInvoke({ key, value }, resultFuture) {
      client.get(key, (length) => {
        resultFuture.complete([value + length])
      })
    },
  }
}

export default function asyncLookupJob(env: StreamExecutionEnvironment, params: ParameterTool): void {
  const source = benchSource(env, params)
  const fn = lookup(params.get('form'))
  const isOrdered = params.get('mode') === 'ordered'
  const results = isOrdered
    ? AsyncDataStream.orderedWait(source, fn, 10, TimeUnit.SECONDS, CAPACITY)
    : AsyncDataStream.unorderedWait(source, fn, 10, TimeUnit.SECONDS, CAPACITY)
  results.addSink(new ProgressSink<number>(params.getInt('records'), (value) => value))
}
