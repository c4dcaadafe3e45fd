/** A file, read by a FileSource -> sink: `--format lines|csv|json --path file --records n`. */
import { Types, WatermarkStrategy } from 'flink-ts'
import type { ParameterTool, StreamExecutionEnvironment } from 'flink-ts'
import { FileSource, TextLineInputFormat, type StreamFormat } from 'flink-ts/connectors/filesystem'
import { CsvReaderFormat, CsvSchema } from 'flink-ts/formats/csv'
import { JsonReaderFormat } from 'flink-ts/formats/json'
import { VISIT_COLUMNS } from './bench-file.js'
import { ProgressSink } from './progress-sink.js'

export default function filesJob(env: StreamExecutionEnvironment, params: ParameterTool): void {
  const path = params.getRequired('path')
  const records = params.getInt('records')
  const read = <T>(format: StreamFormat<T>, numberOf: (record: T) => number): void => {
    const source = FileSource.forRecordStreamFormat(format, path).build()
    const stream = env.fromSource(source, WatermarkStrategy.noWatermarks<T>(), 'file')
    stream.addSink(new ProgressSink<T>(records, numberOf))
  }
  switch (params.getRequired('format')) {
    case 'lines':
      read(new TextLineInputFormat(), (line) => line.length)
      break
    case 'csv': {
      const schema = CsvSchema.forColumns(VISIT_COLUMNS).withoutLineBreaksInTexts()
      read(CsvReaderFormat.forSchema(schema), ({ count }) => count)
      break
    }
    default:
      read(JsonReaderFormat.forSchema(Types.OBJECT(VISIT_COLUMNS)), ({ count }) => count)
  }
}
