/** A small job that says when its first record came: epoch ms with fractions. */
import { RichSinkFunction, type StreamExecutionEnvironment } from 'flink-ts'
import { nowMs } from './progress.js'

class PrintFirst extends RichSinkFunction<number> {
  #isFirst = true

  invoke(): void {
    if (!this.#isFirst) return
    this.#isFirst = false
    this.getRuntimeContext()
      .getStandardOutput()
      .write(`FIRST ${String(nowMs())}\n`)
  }
}

export default function firstRecordJob(env: StreamExecutionEnvironment): void {
  env
    .fromSequence(1, 100)
    .map((value) => value * 2)
    .keyBy((value) => value % 10)
    .addSink(new PrintFirst())
}
