import { columns } from '../output/columns.js'
import { printable } from '../terminal/printable-text.js'
import type { JobMetricRow } from './job-metric-rows.js'

/** The metrics by what they are of: a heading, and below it names with values. */
export function metricLines(rows: readonly JobMetricRow[]): string[] {
  const groups = new Map<string, JobMetricRow[]>()
  for (const row of rows) {
    const heading = headingOf(row)
    const group = groups.get(heading) ?? []
    group.push(row)
    groups.set(heading, group)
  }
  return [...groups].flatMap(([heading, group], index) => {
    const named = group.map(({ operator, name, value }): string[] => {
      const whole = operator === null ? name : `${operator}.${name}`
      return [`  ${printable(whole)}`, printable(shown(value))]
    })
    return [...(index === 0 ? [] : ['']), heading, ...columns(named)]
  })
}

function headingOf({ vertex, subtask }: JobMetricRow): string {
  return vertex === null ? 'Job' : `${printable(vertex)}, subtask ${String((subtask ?? 0) + 1)}`
}

/** A rate is measured to no more digits than these; --json has all. */
function shown(value: JobMetricRow['value']): string {
  if (typeof value !== 'number' || Number.isInteger(value)) return String(value)
  return String(Number(Math.abs(value) < 1 ? value.toPrecision(3) : value.toFixed(2)))
}
