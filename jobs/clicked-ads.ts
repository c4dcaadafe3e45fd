import {
  Duration,
  ProcessJoinFunction,
  Time,
  WatermarkStrategy,
  type Collector,
  type DataStream,
  type ParameterTool,
  type ProcessJoinFunctionContext,
  type StreamExecutionEnvironment,
} from 'flink-ts'

/** An ad that was shown to a visitor, or one that the visitor clicked on. */
interface AdEvent {
  readonly visitor: string
  readonly ad: string
  /** ISO time. */
  readonly at: string
}

/** Who has clicked on what, and how long it was seen before. */
class Attribution extends ProcessJoinFunction<AdEvent, AdEvent, string> {
  processElement(shown: AdEvent, _click: AdEvent, ctx: ProcessJoinFunctionContext, out: Collector<string>): void {
    const afterSeconds = (ctx.getRightTimestamp() - ctx.getLeftTimestamp()) / 1000
    out.collect(`${shown.ad}, shown to ${shown.visitor} at ${shown.at.slice(11, 19)}: clicked after ${afterSeconds} s`)
  }
}

/** Of lines of JSON, up to 10 s out of order. */
function adEventsOf(lines: DataStream<string>): DataStream<AdEvent> {
  return lines
    .map((line) => JSON.parse(line) as AdEvent)
    .assignTimestampsAndWatermarks(
      WatermarkStrategy.forBoundedOutOfOrderness<AdEvent>(Duration.ofSeconds(10)).withTimestampAssigner(({ at }) =>
        Date.parse(at),
      ),
    )
}

/** The clicks that came within half a minute after the ad was shown to the same visitor. */
export function attributed(impressions: DataStream<string>, clicks: DataStream<string>): DataStream<string> {
  const visitorAndAd = ({ visitor, ad }: AdEvent): string => `${visitor} ${ad}`
  return adEventsOf(impressions)
    .keyBy(visitorAndAd)
    .intervalJoin(adEventsOf(clicks).keyBy(visitorAndAd))
    .between(Time.seconds(0), Time.seconds(30))
    .process(new Attribution())
    .uid('attribution')
}

export default function clickedAds(env: StreamExecutionEnvironment, params: ParameterTool): void {
  const impressions = env.readTextFile(params.getRequired('impressions')).uid('impressions')
  const clicks = env.readTextFile(params.getRequired('clicks')).uid('clicks')
  attributed(impressions, clicks).print()
}
