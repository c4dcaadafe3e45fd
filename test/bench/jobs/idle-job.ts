/** W2 with a source that has nothing to say; prints the processor time that the whole process took meanwhile. */
import { RichSourceFunction } from 'flink-ts'
import type { ParameterTool, SourceContext, StreamExecutionEnvironment } from 'flink-ts'

const SETTLE_MS = 3000

class SilentSource extends RichSourceFunction<string> {
  readonly #seconds: number

  constructor(seconds: number) {
    super()
    this.#seconds = seconds
  }

  override async run(ctx: SourceContext<string>): Promise<void> {
    await ctx.collect('only one')
    await sleep(SETTLE_MS)
    const before = process.cpuUsage()
    await sleep(this.#seconds * 1000)
    const { user, system } = process.cpuUsage(before)
    this.getRuntimeContext()
      .getStandardOutput()
      .write(`CPU ${String(user + system)}\n`)
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

export default function idleJob(env: StreamExecutionEnvironment, params: ParameterTool): void {
  env
    .addSource(new SilentSource(params.getDouble('seconds')), 'source')
    .keyBy((word) => word)
    .map((word) => word)
    .addSink(() => undefined)
}
