/** A job that counts many keys once and few of them again and again: `--fail-at <value> --marker <file>` fails it once. */
import { slowMap } from './slow-map.js'

const KEYS = 3000
const HOT_KEYS = 30
const RECORDS = 20_000

/** Makes all keys, then counts few of them; one in three of those is forgotten again and again. */
export const HOT_KEYS_JOB = `
import { KeyedProcessFunction, RichSinkFunction, ValueStateDescriptor, MapStateDescriptor } from 'flink-ts'
${slowMap(KEYS)}
const keyOf = (value) => (value < ${String(KEYS)} ? value : value % ${String(HOT_KEYS)})

class Count extends KeyedProcessFunction {
  open () {
    this.count = this.getRuntimeContext().getState(new ValueStateDescriptor('count'))
    this.seen = this.getRuntimeContext().getMapState(new MapStateDescriptor('seen'))
  }
  processElement (value, ctx, out) {
    const count = (this.count.value() ?? 0) + 1
    this.count.update(count)
    this.seen.put(count % 5, value)
    const last = this.seen.get((count + 4) % 5)
    if (keyOf(value) % 3 === 0 && count === 50) {
      this.count.clear()
      this.seen.clear()
    }
    out.collect([keyOf(value), count, last])
  }
}

class PrintLast extends RichSinkFunction {
  constructor () { super(); this.last = new Map() }
  invoke ([key, count, before]) { this.last.set(key, count + ' ' + before) }
  finish () {
    for (let key = 0; key < ${String(HOT_KEYS)}; key += 1) {
      this.getRuntimeContext().getStandardOutput().write('FINAL ' + key + ' ' + this.last.get(key) + '\\n')
    }
  }
}

export default function (env, params) {
  env.fromSequence(0, ${String(RECORDS - 1)}).uid('sequence').setParallelism(1)
    .map(new Slow(params.getInt('fail-at', -1), params.get('marker', ''))).uid('slow').setParallelism(1)
    .keyBy(keyOf)
    .process(new Count()).uid('count')
    .addSink(new PrintLast()).uid('print').setParallelism(1)
}
`

/** What it prints at its end when each record was counted once. */
export function expectedFinalLines(): string[] {
  const counts = new Map<number, number>()
  const seen = new Map<number, Map<number, number>>()
  const last = new Map<number, string>()
  for (let value = 0; value < RECORDS; value += 1) {
    const key = value < KEYS ? value : value % HOT_KEYS
    const count = (counts.get(key) ?? 0) + 1
    const values = seen.get(key) ?? new Map<number, number>()
    values.set(count % 5, value)
    last.set(key, `${String(count)} ${String(values.get((count + 4) % 5) ?? null)}`)
    const isForgotten = key % 3 === 0 && count === 50
    counts.set(key, isForgotten ? 0 : count)
    seen.set(key, isForgotten ? new Map<number, number>() : values)
  }
  return Array.from({ length: HOT_KEYS }, (_, key) => `FINAL ${String(key)} ${last.get(key) ?? ''}`)
}

export function finalLines(stdout: string): string[] {
  return stdout.split('\n').filter((line) => line.startsWith('FINAL '))
}
