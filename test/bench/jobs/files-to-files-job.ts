/** A file, read by a FileSource and written by a FileSink: `--format lines|csv|json --path file --output directory --records n`. */
import { RichMapFunction, Types, WatermarkStrategy } from 'flink-ts'
import type { ParameterTool, StreamExecutionEnvironment } from 'flink-ts'
import {
  BasePathBucketAssigner,
  FileSink,
  FileSource,
  SerializationSchemaAdapter,
  SimpleStringEncoder,
  TextLineInputFormat,
  type Encoder,
  type StreamFormat,
} from 'flink-ts/connectors/filesystem'
import { CsvReaderFormat, CsvSchema, CsvSerializationSchema } from 'flink-ts/formats/csv'
import { JsonReaderFormat, JsonSerializationSchema } from 'flink-ts/formats/json'
import { VISIT_COLUMNS } from './bench-file.js'
import { ProgressCounter } from './progress.js'

/** Lets records through, and prints how the stream went. */
class Progress<T> extends RichMapFunction<T, T> {
  readonly #records: number
  #progress: ProgressCounter | undefined

  constructor(records: number) {
    super()
    this.#records = records
  }

  override open(): void {
    this.#progress = new ProgressCounter(this.#records / this.getRuntimeContext().getNumberOfParallelSubtasks())
  }

  map(value: T): T {
    this.#progress?.add()
    return value
  }

  override close(): void {
    this.getRuntimeContext()
      .getStandardOutput()
      .write(this.#progress?.line(0) ?? '')
  }
}

export default function filesToFilesJob(env: StreamExecutionEnvironment, params: ParameterTool): void {
  const path = params.getRequired('path')
  const copy = <T>(format: StreamFormat<T>, encoder: Encoder<T>): void => {
    const source = FileSource.forRecordStreamFormat(format, path).build()
    const sink = FileSink.forRowFormat(params.getRequired('output'), encoder)
      .withBucketAssigner(new BasePathBucketAssigner())
      .build()
    env
      .fromSource(source, WatermarkStrategy.noWatermarks<T>(), 'file')
      .map(new Progress<T>(params.getInt('records')))
      .sinkTo(sink)
  }
  switch (params.getRequired('format')) {
    case 'lines':
      copy(new TextLineInputFormat(), new SimpleStringEncoder())
      break
    case 'csv': {
      const schema = CsvSchema.forColumns(VISIT_COLUMNS).withoutLineBreaksInTexts()
      copy(CsvReaderFormat.forSchema(schema), new SerializationSchemaAdapter(new CsvSerializationSchema(schema)))
      break
    }
    default:
      copy(
        JsonReaderFormat.forSchema(Types.OBJECT(VISIT_COLUMNS)),
        new SerializationSchemaAdapter(new JsonSerializationSchema()),
      )
  }
}
