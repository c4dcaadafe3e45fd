/** What jobs have in common that are killed again and again, and go on by themselves from their newest checkpoint. */

export const CHECKPOINT_INTERVAL_MS = 40

export const KILLED_CONFIGURATION: Readonly<Record<string, string>> = {
  'state.checkpoints.dir': 'checkpoints',
  'execution.checkpointing.interval': `${String(CHECKPOINT_INTERVAL_MS)} ms`,
  'execution.state-recovery.from-latest': 'true',
  'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
}

/**
 * Source text for modules that tests write: `seenElements(env, params)`, numbers from 0 on, as many as the parameter `records` says, each
 * with how often it was seen as state has it (`7:1`); one in `slowed` of them takes a ms. `Seen` does that for other values as well.
 */
export function seenElements(slowed: number): string {
  return `
import { KeyedProcessFunction, RichMapFunction, ValueStateDescriptor } from 'flink-ts'

class Slow extends RichMapFunction {
  map (value) {
    if (value % ${String(slowed)} === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    return value
  }
}

class Seen extends KeyedProcessFunction {
  open () { this.seen = this.getRuntimeContext().getState(new ValueStateDescriptor('seen')) }
  processElement (value, ctx, out) {
    const seen = (this.seen.value() ?? 0) + 1
    this.seen.update(seen)
    out.collect(value + ':' + seen)
  }
}

function seenElements (env, params) {
  const elements = Array.from({ length: params.getInt('records') }, (_, index) => index)
  return env.fromCollection(elements).uid('elements')
    .map(new Slow()).uid('slow').setParallelism(1)
    .keyBy((value) => value).process(new Seen()).uid('seen')
}
`
}

export function elementsSeenOnce(records: number): string[] {
  return Array.from({ length: records }, (_, value) => `${String(value)}:1`)
}
