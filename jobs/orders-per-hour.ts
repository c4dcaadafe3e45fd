import {
  Duration,
  TumblingEventTimeWindows,
  Types,
  WatermarkStrategy,
  type ParameterTool,
  type StreamExecutionEnvironment,
} from 'flink-ts'
import { FileSink, FileSource, OutputFileConfig, SerializationSchemaAdapter } from 'flink-ts/connectors/filesystem'
import { CsvReaderFormat, CsvSchema, CsvSerializationSchema } from 'flink-ts/formats/csv'

const ORDERS = CsvSchema.forColumns({ at: Types.STRING, country: Types.STRING, amount: Types.DOUBLE }).withHeader()

interface Order {
  /** When it was, as ISO 8601. */
  readonly at: string
  readonly country: string
  readonly amount: number
}

interface Total {
  readonly hour: string
  readonly country: string
  readonly orders: number
  readonly amount: number
}

const TOTALS = CsvSchema.forColumns({
  hour: Types.STRING,
  country: Types.STRING,
  orders: Types.LONG,
  amount: Types.DOUBLE,
})

/**
 * From files to files, exactly once: orders in CSV, counted and added up by country and hour, as CSV in a directory for each day. With
 * `--monitor 10000` files that come later are read as well, within so many ms.
 */
export default function ordersPerHour(env: StreamExecutionEnvironment, params: ParameterTool): void {
  env.enableCheckpointing(10_000)
  const files = FileSource.forRecordStreamFormat(CsvReaderFormat.forSchema(ORDERS), params.getRequired('input'))
  if (params.has('monitor')) files.monitorContinuously(params.getInt('monitor'))
  const totals = FileSink.forRowFormat(
    params.getRequired('output'),
    new SerializationSchemaAdapter<Total>(new CsvSerializationSchema(TOTALS)),
  )
    .withBucketAssigner({ getBucketId: ({ hour }) => `day=${hour.slice(0, 10)}` })
    .withOutputFileConfig(OutputFileConfig.builder().withPartPrefix('totals').withPartSuffix('.csv').build())
    .build()
  const times = WatermarkStrategy.forBoundedOutOfOrderness<Order>(Duration.ofMinutes(5))
  env
    .fromSource(
      files.build(),
      times.withTimestampAssigner(({ at }) => Date.parse(at)),
      'orders',
    )
    .uid('orders')
    .map(({ at, country, amount }): Total => ({ hour: at.slice(0, 13), country, orders: 1, amount }))
    .keyBy(({ country }) => country)
    .window(TumblingEventTimeWindows.of(Duration.ofHours(1)))
    .reduce((sum, next) => ({ ...sum, orders: sum.orders + next.orders, amount: sum.amount + next.amount }))
    .uid('totals')
    .sinkTo(totals)
    .uid('files')
}
