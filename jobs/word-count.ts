import type { ParameterTool, StreamExecutionEnvironment } from 'flink-ts'

const LINES = ['To be, or not to be: that is the question:', 'Whether it is nobler in the mind to suffer']

/** Counts words: of the lines above, or of `--input <file or directory>`. */
export default function wordCount(env: StreamExecutionEnvironment, params: ParameterTool): void {
  env.enableCheckpointing(1000)
  const text = params.has('input') ? env.readTextFile(params.getRequired('input')) : env.fromElements(...LINES)
  text
    .uid('text')
    .flatMap<[string, number]>((line, out) => {
      for (const word of line.toLowerCase().match(/\w+/g) ?? []) out.collect([word, 1])
    })
    .keyBy(0)
    .sum(1)
    .uid('counts')
    .print()
}
