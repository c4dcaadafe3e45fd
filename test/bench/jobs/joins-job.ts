/** Two sources -> event time -> join of a kind -> sink; `--kind interval|auctions`. */
import { Duration, ProcessJoinFunction, RichSinkFunction, TumblingEventTimeWindows, WatermarkStrategy } from 'flink-ts'
import type {
  Collector,
  DataStream,
  ParameterTool,
  ProcessJoinFunctionContext,
  StreamExecutionEnvironment,
} from 'flink-ts'
import { auctionMaker, PERSON_ONE_IN, personMaker, type RecordMaker } from './auction-records.js'
import { DISORDER_MS, timedRecordMaker, type TimedRecord } from './timed-records.js'
import { TimedSource } from './timed-source.js'

type Pair = readonly [key: string, left: number, right: number]

const OTHER_SEED = 777_777

class Pairs extends ProcessJoinFunction<TimedRecord, TimedRecord, Pair> {
  processElement(
    left: TimedRecord,
    right: TimedRecord,
    _context: ProcessJoinFunctionContext,
    out: Collector<Pair>,
  ): void {
    out.collect([left.key, left.id, right.id])
  }
}

class PairSink extends RichSinkFunction<Pair> {
  #pairs = 0

  invoke(): void {
    this.#pairs += 1
  }

  override finish(): void {
    this.getRuntimeContext()
      .getStandardOutput()
      .write(`PAIRS ${String(this.#pairs)}\n`)
  }
}

export default function joinsJob(env: StreamExecutionEnvironment, params: ParameterTool): void {
  const kind = params.getRequired('kind')
  const records = params.getInt('records')
  const strategy = WatermarkStrategy.forBoundedOutOfOrderness<TimedRecord>(Duration.ofMillis(DISORDER_MS))
  const streamOf = (
    name: string,
    count: number,
    made: number | ((seed: number) => RecordMaker),
  ): DataStream<TimedRecord> =>
    env
      .addSource(new TimedSource(count, made), name)
      .assignTimestampsAndWatermarks(strategy.withTimestampAssigner(({ ts }) => ts))
  if (kind === 'interval') {
    const keys = params.getInt('keys')
    const left = streamOf('left', records / 2, keys).keyBy(({ key }) => key)
    const right = streamOf('right', records / 2, (seed) => timedRecordMaker(keys, seed + OTHER_SEED)).keyBy(
      ({ key }) => key,
    )
    const near = left.intervalJoin(right).between(Duration.ofSeconds(-5), Duration.ofSeconds(5))
    near.process(new Pairs()).addSink(new PairSink())
    return
  }
  if (kind !== 'auctions') throw new Error(`no join of the kind ${kind}`)
  const persons = streamOf('persons', records / PERSON_ONE_IN, personMaker)
  const auctions = streamOf('auctions', records - records / PERSON_ONE_IN, auctionMaker)
  persons
    .join(auctions)
    .where(({ key }) => key)
    .equalTo(({ key }) => key)
    .window(TumblingEventTimeWindows.of(Duration.ofSeconds(10)))
    .apply((person, auction): Pair => [person.key, person.id, auction.id])
    .addSink(new PairSink())
}
