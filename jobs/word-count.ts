import { RichSinkFunction, type ParameterTool, type StreamExecutionEnvironment } from 'flink-ts'
import { fileURLToPath } from 'node:url'

const DEFAULT_INPUT = fileURLToPath(new URL('../../jobs/data/access-log.txt', import.meta.url))

/** Keeps the newest count of every word and prints the greatest at the end of the input. */
class PrintTop extends RichSinkFunction<[string, number]> {
  readonly #top: number
  readonly #counts = new Map<string, number>()

  constructor(top: number) {
    super()
    this.#top = top
  }

  invoke([word, count]: [string, number]): void {
    this.#counts.set(word, count)
  }

  override finish(): void {
    const greatest = [...this.#counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, this.#top)
    const out = this.getRuntimeContext().getStandardOutput()
    for (const [word, count] of greatest) out.write(`(${word},${String(count)})\n`)
  }
}

/** Counts the words of a text: `--input <file or directory>`, `--top <n>`. */
export default function wordCount(env: StreamExecutionEnvironment, params: ParameterTool): void {
  env.enableCheckpointing(1000)
  env
    .readTextFile(params.get('input', DEFAULT_INPUT))
    .uid('text')
    .flatMap<[string, number]>((line, out) => {
      for (const word of line.toLowerCase().split(/[^\p{L}\p{N}-]+/u)) if (word !== '') out.collect([word, 1])
    })
    .uid('words')
    .keyBy(0)
    .sum(1)
    .uid('counts')
    .addSink(new PrintTop(params.getInt('top', 10)))
    .name('Sink: Top Words')
    .setParallelism(1)
    .uid('top')
}
