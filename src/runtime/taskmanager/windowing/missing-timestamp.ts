// Duty: what to do where a record in windows of event time has no timestamp, by where its timestamp should have come from.
// Thread: any.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { OperatorBinding, TimestampOrigin } from '../../../graph/program-graph.js'

const BY_THE_CLOCK = 'Windows by processing time need none.'

const ADVICE: Readonly<Record<TimestampOrigin, string>> = {
  nowhere: `Nothing in the program gives timestamps: call assignTimestampsAndWatermarks(...) on the stream before its windows, with a WatermarkStrategy that has .withTimestampAssigner(...). ${BY_THE_CLOCK}`,
  'one-stream': `Only one of the two streams has a WatermarkStrategy before these windows: call assignTimestampsAndWatermarks(...) on the other one, too, with a WatermarkStrategy that has .withTimestampAssigner(...). ${BY_THE_CLOCK}`,
  downstream: `The program calls assignTimestampsAndWatermarks(...) after these windows: call it on the stream before them, with a WatermarkStrategy that has .withTimestampAssigner(...). ${BY_THE_CLOCK}`,
  strategy: `The WatermarkStrategy before these windows has no assigner of timestamps, and the source gave the record none: add .withTimestampAssigner(...) to it. ${BY_THE_CLOCK}`,
  assigner:
    'The WatermarkStrategy before these windows gives timestamps, so the record was made without one since then: results of timers and windows by processing time have none. Use timers and windows by event time there, or windows by processing time here, or call assignTimestampsAndWatermarks(...) once more between the two.',
}

export function withoutTimestamp({ name, timestampOrigin }: OperatorBinding, assigner: string): FlinkError {
  const advice = ADVICE[timestampOrigin ?? 'nowhere']
  return new FlinkError('RECORD_WITHOUT_TIMESTAMP', { operator: name, assigner, advice })
}
