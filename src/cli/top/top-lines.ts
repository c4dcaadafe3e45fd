import type { ChalkInstance } from 'chalk'
import type CliTable from 'cli-table3'
import { byteSize } from '../../core/io/byte-size.js'
import { shortDuration } from '../output/short-duration.js'
import { printable } from '../terminal/printable-text.js'
import type { CheckpointActivity, JobActivity, VertexActivity } from './job-activity.js'

/** What is done to the text of a cell. */
export type Painter = Pick<ChalkInstance, 'red' | 'yellow' | 'green' | 'bold' | 'dim'>

export interface TopLayout {
  /** Undefined: as wide as it gets. */
  readonly width: number | undefined
  readonly painter: Painter | undefined
  readonly Table: typeof CliTable
}

interface Column {
  readonly head: string
  readonly text: (vertex: VertexActivity, painter: Painter | undefined) => string
  /** Columns of a higher number go first where the terminal is narrow. */
  readonly dispensable: number
}

/** An operator's name has at least so much room, unless nothing else is left. */
const SHORTEST_NAME = 12
const GAP = '  '
const NOTHING = '-'

const SIDES = ['top', 'bottom', 'left', 'right']
const CORNERS = ['top-left', 'top-right', 'bottom-left', 'bottom-right', 'mid', 'mid-mid']
/** No border, and nothing between rows. */
const PLAIN = {
  chars: {
    ...Object.fromEntries([...SIDES, ...SIDES.map((side) => `${side}-mid`), ...CORNERS].map((name) => [name, ''])),
    middle: GAP,
  },
  style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
}

/** Flink's borders of back pressure. */
const LOW = 0.1
const HIGH = 0.5
const NEARLY_ALWAYS = 0.8

const COLUMNS: readonly Column[] = [
  { head: 'Tasks', text: tasksOf, dispensable: 5 },
  { head: 'Records/s\nin', text: ({ recordsInPerSecond }) => rateText(recordsInPerSecond), dispensable: 1 },
  { head: 'Records/s\nout', text: ({ recordsOutPerSecond }) => rateText(recordsOutPerSecond), dispensable: 4 },
  {
    head: 'Busy',
    text: ({ busy }, painter) => painted(shareText(busy), busy, { painter, high: NEARLY_ALWAYS, low: HIGH }),
    dispensable: 0,
  },
  {
    head: 'Back-\npressured',
    text: ({ backPressured: share }, painter) => painted(shareText(share), share, { painter, high: HIGH, low: LOW }),
    dispensable: 2,
  },
  { head: 'Idle', text: ({ idle }) => shareText(idle), dispensable: 6 },
  { head: 'Watermark\nlag', text: lagText, dispensable: 3 },
]

/** The jobs below each other, each with its checkpoints and a table of its operators. */
export function topLines(jobs: readonly JobActivity[], layout: TopLayout): string[] {
  return jobs.flatMap((job, index) => [...(index === 0 ? [] : ['']), ...linesOfJob(job, layout)])
}

function linesOfJob(job: JobActivity, layout: TopLayout): string[] {
  const { painter } = layout
  const times = job.restarts === 1 ? '1 restart' : `${String(job.restarts)} restarts`
  const restarts = job.restarts === 0 ? '' : `, after ${times}`
  const state = printable(job.state)
  const head = `Job ${printable(job.jobId)} "${printable(job.name)}"`
  const lines = [
    `${painter?.bold(head) ?? head} ${paintedState(state, painter)} for ${shortDuration(job.durationMs)}${restarts}`,
    ...checkpointLines(job.checkpoints, painter),
  ]
  return [
    ...cut(lines, layout),
    ...(job.vertices.length === 0 ? ['It has no tasks yet.'] : tableOf(job.vertices, layout)),
  ]
}

/** A table of one column: the library knows how wide characters are, and leaves colours whole. */
function cut(lines: readonly string[], { width, Table }: TopLayout): readonly string[] {
  if (width === undefined) return lines
  const table = new Table({ ...PLAIN, colWidths: [width] })
  for (const line of lines) table.push([line])
  return linesOf(table)
}

function linesOf(table: CliTable.Table): string[] {
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
}

function paintedState(state: string, painter: Painter | undefined): string {
  if (painter === undefined) return state
  if (state === 'RUNNING' || state === 'FINISHED') return painter.green(state)
  return state === 'FAILED' || state === 'FAILING' ? painter.red(state) : painter.yellow(state)
}

function checkpointLines(checkpoints: CheckpointActivity, painter: Painter | undefined): string[] {
  const { completed, failed, lastCompleted: last, lastFailed, pending } = checkpoints
  const counts = `Checkpoints: ${String(completed)} completed, ${String(failed)} failed`
  const parts = [counts]
  if (last !== null) {
    const took = `took ${shortDuration(last.durationMs)}, ${byteSize(last.sizeBytes)}`
    parts.push(`last: ${String(last.id)}, ${shortDuration(last.ageMs)} ago, ${took}`)
  }
  if (pending !== null) {
    const of = `${String(pending.acknowledged)} of ${String(pending.subtasks)} subtasks`
    parts.push(`pending: ${String(pending.id)} for ${shortDuration(pending.sinceMs)}, ${of}`)
  }
  const isNewest = lastFailed !== null && lastFailed.id > (last?.id ?? 0)
  if (!isNewest) return [parts.join('; ')]
  const why = lastFailed.message === null ? '' : `: ${printable(lastFailed.message)}`
  const failure = `Checkpoint ${String(lastFailed.id)} failed ${shortDuration(lastFailed.ageMs)} ago${why}`
  return [parts.join('; '), painter?.red(failure) ?? failure]
}

function tableOf(vertices: readonly VertexActivity[], { width, painter, Table }: TopLayout): string[] {
  const names = vertices.map(({ name }) => printable(name))
  // Characters of other scripts may take two columns.
  const widths = names.map((name) => (/^[ -~]*$/.test(name) ? name.length : 2 * name.length))
  const widest = Math.max(...widths, 'Operator'.length)
  const columns = columnsFor(vertices, width)
  const left = width === undefined ? widest : Math.max(1, width - widthOf(columns, vertices))
  const table = new Table({
    ...PLAIN,
    colWidths: [Math.min(left, widest)],
    colAligns: ['left', ...columns.map(() => 'right' as const)],
    head: ['Operator', ...columns.map(({ head }) => head)].map((head) => bold(head, painter)),
  })
  for (const [index, vertex] of vertices.entries()) {
    table.push([names[index] ?? '', ...columns.map(({ text }) => text(vertex, painter))])
  }
  return linesOf(table)
}

/** Line by line, so that no line of a head carries its weight into the next cell. */
function bold(head: string, painter: Painter | undefined): string {
  if (painter === undefined) return head
  return head
    .split('\n')
    .map((line) => painter.bold(line))
    .join('\n')
}

/** Those for which there is room beside the name. */
function columnsFor(vertices: readonly VertexActivity[], width: number | undefined): Column[] {
  let columns = [...COLUMNS]
  const most = Math.max(...COLUMNS.map(({ dispensable }) => dispensable))
  for (let number = most; number > 0; number -= 1) {
    if (width === undefined || widthOf(columns, vertices) + SHORTEST_NAME <= width) break
    columns = columns.filter(({ dispensable }) => dispensable < number)
  }
  return columns
}

function widthOf(columns: readonly Column[], vertices: readonly VertexActivity[]): number {
  const widths = columns.map(({ head, text }) => {
    const texts = [...head.split('\n'), ...vertices.map((vertex) => text(vertex, undefined))]
    return GAP.length + Math.max(...texts.map(({ length }) => length))
  })
  return widths.reduce((sum, one) => sum + one, 0)
}

/** How many run; where none does, in which state the most are. */
function tasksOf({ running, parallelism, tasks }: VertexActivity): string {
  if (running > 0) return running === parallelism ? String(parallelism) : `${String(running)}/${String(parallelism)}`
  const [state] = Object.entries(tasks).sort(([, left], [, right]) => right - left)[0] ?? []
  return printable(state ?? NOTHING)
}

function rateText(perSecond: number | null): string {
  if (perSecond === null) return NOTHING
  if (perSecond >= 999_500) return `${threeDigits(perSecond / 1_000_000)} M`
  if (perSecond >= 9999.5) return `${threeDigits(perSecond / 1000)} k`
  return perSecond === 0 || perSecond >= 9.95 ? perSecond.toFixed(0) : perSecond.toFixed(1)
}

function threeDigits(value: number): string {
  if (value >= 99.95) return value.toFixed(0)
  return value.toFixed(value >= 9.995 ? 1 : 2)
}

function shareText(share: number | null): string {
  return share === null ? NOTHING : `${(share * 100).toFixed(0)} %`
}

function painted(
  text: string,
  share: number | null,
  { painter, high, low }: { readonly painter: Painter | undefined; readonly high: number; readonly low: number },
): string {
  if (painter === undefined || share === null || share <= low) return text
  return share > high ? painter.red(text) : painter.yellow(text)
}

/** A watermark that is no time of the clock is shown itself. */
function lagText({ watermark, watermarkLagMs }: VertexActivity): string {
  if (watermarkLagMs === null) return printable(watermark ?? NOTHING)
  return watermarkLagMs < 0 ? `-${shortDuration(-watermarkLagMs)}` : shortDuration(watermarkLagMs)
}
