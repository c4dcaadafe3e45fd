import {
  Duration,
  ProcessWindowFunction,
  Time,
  TumblingEventTimeWindows,
  Types,
  ValueStateDescriptor,
  WatermarkStrategy,
  type Collector,
  type DataStream,
  type ParameterTool,
  type ProcessWindowFunctionContext,
  type StreamExecutionEnvironment,
  type TimeWindow,
} from 'flink-ts'

interface Reading {
  readonly machine: string
  /** ISO time. */
  readonly at: string
  /** kW above or below the usual load. */
  readonly load: number
  /** Degrees Celsius. */
  readonly heat: number
}

const LEARNING_RATE = 0.4

/** The parameters of the model of a machine: heat = base + slope * load. */
const PARAMETERS = new ValueStateDescriptor('parameters', Types.TUPLE(Types.DOUBLE, Types.DOUBLE), [0, 0])

/**
 * Trains the model of a machine with the readings of a minute: one step along the gradient of the squared error. The parameters
 * are global state: that of the machine, through all its windows. Says first how good the model was that it had until then.
 */
class Training extends ProcessWindowFunction<Reading, string, string, TimeWindow> {
  process(
    machine: string,
    ctx: ProcessWindowFunctionContext<TimeWindow>,
    readings: Iterable<Reading>,
    out: Collector<string>,
  ): void {
    const parameters = ctx.globalState().getState(PARAMETERS)
    const [base, slope] = parameters.value()
    let [count, errors, byBase, bySlope] = [0, 0, 0, 0]
    for (const { load, heat } of readings) {
      const error = heat - (base + slope * load)
      count += 1
      errors += Math.abs(error)
      byBase += error
      bySlope += error * load
    }
    const trained: [number, number] = [
      base + (LEARNING_RATE * byBase) / count,
      slope + (LEARNING_RATE * bySlope) / count,
    ]
    parameters.update(trained)
    const minute = new Date(ctx.window().getStart()).toISOString().slice(11, 16)
    const model = `heat = ${trained[0].toFixed(1)} + ${trained[1].toFixed(1)} * load`
    out.collect(`${minute} ${machine}: was wrong by ${(errors / count).toFixed(1)}, now ${model}`)
  }
}

/** The model of each machine after each minute, of lines of JSON. */
export function models(lines: DataStream<string>): DataStream<string> {
  return lines
    .map((line) => JSON.parse(line) as Reading)
    .assignTimestampsAndWatermarks(
      WatermarkStrategy.forBoundedOutOfOrderness<Reading>(Duration.ofSeconds(20)).withTimestampAssigner(({ at }) =>
        Date.parse(at),
      ),
    )
    .keyBy(({ machine }) => machine)
    .window(TumblingEventTimeWindows.of(Time.minutes(1)))
    .process(new Training())
    .uid('training')
}

export default function onlineModel(env: StreamExecutionEnvironment, params: ParameterTool): void {
  models(env.readTextFile(params.getRequired('input')).uid('readings')).print()
}
