/** W2 with a source that has nothing to say; prints the processor time that the whole process took young and old. */
import { RichSourceFunction } from 'flink-ts'
import type { ParameterTool, SourceContext, StreamExecutionEnvironment } from 'flink-ts'

const SETTLE_MS = 3000
/** V8 clears away in every thread what the start left there, a last time some twenty seconds later. */
const AGE_MS = 30_000

class SilentSource extends RichSourceFunction<string> {
  readonly #seconds: number

  constructor(seconds: number) {
    super()
    this.#seconds = seconds
  }

  override async run(ctx: SourceContext<string>): Promise<void> {
    await ctx.collect('only one')
    await sleep(SETTLE_MS)
    const young = await this.#microsOfCpu()
    await sleep(Math.max(0, AGE_MS - SETTLE_MS - this.#seconds * 1000))
    const old = await this.#microsOfCpu()
    this.getRuntimeContext()
      .getStandardOutput()
      .write(`CPU young ${String(young)} old ${String(old)}\n`)
  }

  async #microsOfCpu(): Promise<number> {
    const before = process.cpuUsage()
    await sleep(this.#seconds * 1000)
    const { user, system } = process.cpuUsage(before)
    return user + system
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
