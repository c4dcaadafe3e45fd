import type {
  DroppedRecordsInfo,
  InputWatermarkInfo,
  JobWatermarksInfo,
  SplitWatermarkInfo,
  VertexWatermarksInfo,
  WatermarkHolderInfo,
  WatermarkMakerInfo,
} from '../../client/rest-cluster-client.js'
import { printable } from '../terminal/printable-text.js'
import { shortDuration } from './short-duration.js'

const NONE_YET = '-9223372036854775808'
const END_OF_DATA = '9223372036854775807'
/** Beyond it a Date has no text. */
const LATEST_DATE_MS = 8_640_000_000_000_000

/** A watermark that has stood for a shorter time moves on: nobody waits for it. */
const STANDS_MS = 2000
/** Timestamps that lie between these, were they of another unit, are taken for ones of that unit. */
const LIKELY_DATES = { fromMs: Date.UTC(1990, 0, 1), aheadMs: 10 * 365 * 86_400_000 } as const
const UNITS = [
  { name: 'seconds', inMs: 1000 },
  { name: 'microseconds', inMs: 1 / 1000 },
] as const

/** The lines of `watermarks`: each vertex with its inputs, and what each input waits for. */
export function watermarkLines(info: JobWatermarksInfo): string[] {
  const { jid, name, state, now, vertices } = info
  const head = `Job ${printable(jid)} "${printable(name)}" (${printable(state)}): event time, as of ${dateOf(now)}`
  if (vertices.length === 0) return [head, '  It has no tasks yet.']
  return [head, ...vertices.flatMap((vertex) => ['', ...linesOfVertex(vertex, now)])]
}

function linesOfVertex(vertex: VertexWatermarksInfo, now: number): string[] {
  const title = `${printable(vertex.name)} (parallelism ${String(vertex.parallelism)})`
  return [title, ...linesOfTime(vertex, now), ...vertex['late-records-dropped'].map(lineOfDropped)]
}

function linesOfTime({ parallelism, inputs, makers }: VertexWatermarksInfo, now: number): string[] {
  if (inputs.length > 0) {
    return inputs.flatMap((input, index) => {
      return linesOfInput(input, inputs.length === 1 ? 'input' : `input ${String(index + 1)}`, { parallelism, now })
    })
  }
  if (makers.length === 0) return ['  a source; it has reported nothing yet']
  return makers.flatMap((maker) => linesOfMaker(maker, now))
}

function lineOfDropped({ operator, count }: DroppedRecordsInfo): string {
  const records = count === 1 ? '1 late record was' : `${String(count)} late records were`
  return (
    `  ${records} dropped by "${printable(operator)}", as time had passed their windows. ` +
    'allowedLateness(...) keeps windows longer, sideOutputLateData(tag) gives late records out'
  )
}

function linesOfInput(
  input: InputWatermarkInfo,
  title: string,
  { parallelism, now }: { readonly parallelism: number; readonly now: number },
): string[] {
  const { watermark, since, idle, subtasks } = input
  const where = parallelism === 1 ? '' : ` in ${String(subtasks)} of ${String(parallelism)} subtasks`
  const line = `  ${title}: ${watermarkOf(watermark)}${where}${ageOf(watermark, since, now)}`
  if (idle) return [`${line}; idle: all that it reads from is`]
  if (watermark === END_OF_DATA) return [line]
  return [line, ...input['held-back-by'].flatMap((holder) => linesOfHolder(holder, now))]
}

function linesOfHolder(holder: WatermarkHolderInfo, now: number): string[] {
  const moves = holder.watermark !== NONE_YET && now - holder.since < STANDS_MS
  const whom = `${moves ? 'follows' : 'waits for'} ${operatorOf(holder)}${placeOf(holder)}`
  return [`    ${whom}: ${reasonOf(holder, now)}`, ...linesOfSplits(holder, now)]
}

function linesOfMaker(maker: WatermarkMakerInfo, now: number): string[] {
  const { parallelism, 'idle-subtasks': numIdle } = maker
  const idle =
    numIdle === 0 || maker.idle ? [] : [`      (${String(numIdle)} of ${String(parallelism)} subtasks are idle)`]
  return [`  ${operatorOf(maker)}: ${reasonOfMaker(maker, now)}`, ...linesOfSplits(maker, now), ...idle]
}

function reasonOfMaker(maker: WatermarkMakerInfo, now: number): string {
  if (maker.idle && maker.watermark !== END_OF_DATA) {
    return `idle, as all of its subtasks: time goes on without it. ${watermarkOf(maker.watermark)}`
  }
  if (maker.watermark !== NONE_YET || maker.strategy === 'strategy') return reasonOf(maker, now)
  const what = maker.strategy === 'function' ? 'its source function has emitted no watermark' : 'no watermark strategy'
  return `${what}; none is needed where assignTimestampsAndWatermarks follows`
}

/** `"Timestamps/Watermarks", subtask 2 of 4` */
function operatorOf({ operator, subtask, parallelism }: WatermarkHolderInfo): string {
  const which = parallelism === 1 ? '' : `, subtask ${String(subtask + 1)} of ${String(parallelism)}`
  return `"${printable(operator)}"${which}`
}

/** Operators that assign timestamps all have one name: the chain says which it is. */
function placeOf({ operator, 'vertex-name': vertexName }: WatermarkHolderInfo): string {
  return operator === vertexName ? '' : ` in "${printable(vertexName)}"`
}

function reasonOf(holder: WatermarkHolderInfo, now: number): string {
  const { watermark, strategy, since } = holder
  if (watermark === END_OF_DATA) return 'end of the data'
  const at = `${watermarkOf(watermark)}${ageOf(watermark, since, now)}`
  if (holder['may-get-splits'] === true && holder['split-count'] === 0 && strategy === 'strategy') {
    return (
      `${at}: it has no split, and its enumerator has not said that it will get none (signalNoMoreSplits). ` +
      'WatermarkStrategy.withIdleness lets time go on without it'
    )
  }
  if (watermark !== NONE_YET) return `${at}${groupOf(holder)}${unitOf(Number(watermark), now)}`
  if (strategy === 'none') {
    return 'no watermark strategy. Give fromSource one, or call assignTimestampsAndWatermarks on the stream'
  }
  if (strategy === 'function') {
    return (
      'no watermark strategy, and its source function has emitted no watermark. ' +
      'Call assignTimestampsAndWatermarks on its stream'
    )
  }
  if (holder['has-record'] === false) {
    return (
      `no record has come to it${ageOf(watermark, since, now)}. ` +
      'WatermarkStrategy.withIdleness lets time go on without a subtask or split that has none'
    )
  }
  return `${at}: records have come, but its generator has made no watermark of them`
}

function groupOf({ 'waits-for-group': group }: WatermarkHolderInfo): string {
  return group === undefined
    ? ''
    : `; it is ahead, and waits for the other sources of its alignment group "${printable(group)}"`
}

/** What is as far from now as a mistaken unit is. */
function unitOf(watermark: number, now: number): string {
  const isLikely = (ms: number): boolean => ms >= LIKELY_DATES.fromMs && ms <= now + LIKELY_DATES.aheadMs
  if (isLikely(watermark)) return ''
  const unit = UNITS.find(({ inMs }) => isLikely(watermark * inMs))
  return unit === undefined ? '' : `; this looks like ${unit.name}: timestamps are milliseconds since 1970`
}

function linesOfSplits({ splits, 'split-count': count }: WatermarkHolderInfo, now: number): string[] {
  if (splits.length === 0) return []
  const lines = splits.map((split) => `      split "${printable(split.id)}": ${stateOf(split, now)}`)
  return count > splits.length ? [...lines, `      (of ${String(count)} splits, those that hold it back)`] : lines
}

function stateOf({ watermark, since }: SplitWatermarkInfo, now: number): string {
  return `${watermarkOf(watermark)}${ageOf(watermark, since, now)}`
}

function watermarkOf(watermark: string): string {
  if (watermark === NONE_YET) return 'no watermark yet'
  if (watermark === END_OF_DATA) return 'end of the data'
  const ms = Number(watermark)
  return Math.abs(ms) <= LATEST_DATE_MS ? `${printable(watermark)} (${dateOf(ms)})` : printable(watermark)
}

/** How long it has stood there. */
function ageOf(watermark: string, since: number, now: number): string {
  return watermark === END_OF_DATA || since <= 0 ? '' : `, for ${shortDuration(Math.max(0, now - since))}`
}

function dateOf(ms: number): string {
  return new Date(ms).toISOString()
}
