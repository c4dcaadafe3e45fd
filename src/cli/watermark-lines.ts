import type {
  InputWatermarkInfo,
  JobWatermarksInfo,
  SplitWatermarkInfo,
  VertexWatermarksInfo,
  WatermarkHolderInfo,
} from '../client/rest-cluster-client.js'
import { printable } from './printable-text.js'

const NONE_YET = '-9223372036854775808'
const END_OF_DATA = '9223372036854775807'
/** Beyond it a Date has no text. */
const LATEST_DATE_MS = 8_640_000_000_000_000

/** The lines of `watermarks`: each vertex with its inputs, and what each input waits for. */
export function watermarkLines(info: JobWatermarksInfo): string[] {
  const { jid, name, state, now, vertices } = info
  const head = `Job ${printable(jid)} "${printable(name)}" (${printable(state)}), event time at ${dateOf(now)}:`
  if (vertices.length === 0) return [head, '  It has no tasks yet.']
  return [head, ...vertices.flatMap((vertex) => ['', ...linesOfVertex(vertex, now)])]
}

function linesOfVertex({ name, parallelism, inputs, makers }: VertexWatermarksInfo, now: number): string[] {
  const title = `${printable(name)} (parallelism ${String(parallelism)})`
  if (inputs.length > 0) {
    const lines = inputs.flatMap((input, index) => {
      return linesOfInput(input, inputs.length === 1 ? 'input' : `input ${String(index + 1)}`, { parallelism, now })
    })
    return [title, ...lines]
  }
  if (makers.length === 0) return [title, '  a source; it has reported nothing yet, or has nothing to wait for']
  return [title, ...makers.flatMap((maker) => linesOfMaker(maker, now))]
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
  return [`    waits for ${operatorOf(holder)}: ${reasonOf(holder, now)}`, ...linesOfSplits(holder, now)]
}

function linesOfMaker(holder: WatermarkHolderInfo, now: number): string[] {
  const isUntold = holder.watermark === NONE_YET && holder.strategy === 'function'
  const reason = isUntold
    ? 'its source function has emitted no watermark; none is needed where assignTimestampsAndWatermarks follows'
    : reasonOf(holder, now)
  return [`  ${operatorOf(holder)}: ${reason}`, ...linesOfSplits(holder, now)]
}

/** `"Timestamps/Watermarks", subtask 2 of 4` */
function operatorOf({ operator, subtask, parallelism }: WatermarkHolderInfo): string {
  const which = parallelism === 1 ? '' : `, subtask ${String(subtask + 1)} of ${String(parallelism)}`
  return `"${printable(operator)}"${which}`
}

function reasonOf(holder: WatermarkHolderInfo, now: number): string {
  const { watermark, strategy, since } = holder
  if (watermark === END_OF_DATA) return 'end of the data'
  const at = `${watermarkOf(watermark)}${ageOf(watermark, since, now)}`
  if (watermark !== NONE_YET) return at
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
  return Number.isInteger(ms) && Math.abs(ms) <= LATEST_DATE_MS
    ? `${printable(watermark)} (${dateOf(ms)})`
    : printable(watermark)
}

/** How long it has stood there. */
function ageOf(watermark: string, since: number, now: number): string {
  return watermark === END_OF_DATA || since <= 0 ? '' : `, for ${durationOf(Math.max(0, now - since))}`
}

/** `0.4 s`, `35 s`, `12 min`, `3.5 h` */
function durationOf(ms: number): string {
  const seconds = ms / 1000
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 120) return `${seconds.toFixed(0)} s`
  const minutes = seconds / 60
  return minutes < 120 ? `${minutes.toFixed(0)} min` : `${(minutes / 60).toFixed(1)} h`
}

function dateOf(ms: number): string {
  return new Date(ms).toISOString()
}
