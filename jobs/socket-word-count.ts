import type { ParameterTool, StreamExecutionEnvironment } from 'flink-ts'

/** The word count of the course notes: `--hostname <host> --port <port>`. Start a server first: `nc -lk 9999`. */
export function SocketWordCount(env: StreamExecutionEnvironment, params: ParameterTool): void {
  const hostname = params.get('hostname', 'localhost')
  const port = params.getInt('port')
  env
    .socketTextStream(hostname, port)
    .uid('socket-id')
    .flatMap<[string, number]>((line, out) => {
      for (const word of line.split(/\s+/)) if (word !== '') out.collect([word, 1])
    })
    .uid('split-id')
    .keyBy(0)
    .sum(1)
    .uid('count-id')
    .print()
    .uid('print-id')
}
