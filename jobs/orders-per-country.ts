import { Types, WatermarkStrategy, type ParameterTool, type StreamExecutionEnvironment } from 'flink-ts'
import { FileSource } from 'flink-ts/connectors/filesystem'
import { CsvReaderFormat, CsvSchema } from 'flink-ts/formats/csv'

const ORDERS = CsvSchema.forColumns({ country: Types.STRING, amount: Types.DOUBLE }).withHeader()

/**
 * Files: orders in CSV, of a file or of all files of a directory, counted and added up by country. With `--monitor 10000` files that come
 * later are read as well, within so many ms.
 */
export default function ordersPerCountry(env: StreamExecutionEnvironment, params: ParameterTool): void {
  const files = FileSource.forRecordStreamFormat(CsvReaderFormat.forSchema(ORDERS), params.getRequired('input'))
  if (params.has('monitor')) files.monitorContinuously(params.getInt('monitor'))
  env
    .fromSource(files.build(), WatermarkStrategy.noWatermarks(), 'orders')
    .uid('orders')
    .map(({ country, amount }) => ({ country, orders: 1, amount }))
    .keyBy(({ country }) => country)
    .reduce((sum, next) => ({ ...sum, orders: sum.orders + 1, amount: sum.amount + next.amount }))
    .uid('totals')
    .map(({ country, orders, amount }) => `${country}: ${String(orders)} for ${String(amount)}`)
    .print()
}
