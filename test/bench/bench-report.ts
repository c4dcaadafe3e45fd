import { availableParallelism, loadavg } from 'node:os'
import type { BenchRow, Goal } from './bench-family.js'
import { FIRST_ENGINE, type FamilyResult } from './bench-suite.js'

/** A row as it was measured. A number that could not be measured is null. */
export interface MeasuredRow {
  readonly family: string
  readonly title: string
  readonly unit: string
  readonly figure: number | null
  readonly bound: number | null
  readonly boundLabel: string | null
  readonly ratio: number | null
  readonly difference: number | null
  readonly goal: string | null
  readonly met: boolean | null
}

export interface Machine {
  readonly node: string
  readonly cores: number
  readonly loadBefore: number
  readonly loadAfter: number
}

export function measuredRows(result: FamilyResult, engine: number = FIRST_ENGINE): MeasuredRow[] {
  return result.family.rows.map((row) => measuredRow(result, row, engine))
}

export function machineSince(loadBefore: number): Machine {
  return { node: process.version, cores: availableParallelism(), loadBefore, loadAfter: loadNow() }
}

/** Other work on more than this share of the cores blurs every figure; ratios of a row suffer least. */
const BUSY_SHARE = 0.5

/** Of the last minute. */
export function loadNow(): number {
  return loadavg()[0] ?? Number.NaN
}

/** The machine, then a line a row; columns as wide as their content. */
export function renderTable(machine: Machine, rows: readonly MeasuredRow[]): string {
  const head = ['row', 'figure', 'bound', '', 'ratio', 'goal', 'met']
  const lines = rows.map((row) => [
    row.title,
    quantity(row.figure, row.unit),
    quantity(row.bound, row.unit),
    row.boundLabel ?? '',
    row.bound === null ? '' : number(row.ratio),
    row.goal ?? '',
    row.met === null ? '' : row.met ? 'yes' : 'no',
  ])
  return `${machineLine(machine)}\n${renderColumns([head, ...lines])}`
}

/** Two builds beside each other; `ratio` is new / old. */
export function renderComparison(
  machine: Machine,
  newer: readonly MeasuredRow[],
  older: readonly MeasuredRow[],
): string {
  const lines = newer.map((row, index) => {
    const before = older[index]?.figure ?? null
    return [
      row.title,
      quantity(row.figure, row.unit),
      quantity(before, row.unit),
      number(ratioOf(row.figure, before)),
      quantity(row.bound, row.unit),
      row.boundLabel ?? '',
    ]
  })
  return `${machineLine(machine)}\n${renderColumns([['row', 'new', 'old', 'new/old', 'bound', ''], ...lines])}`
}

export function ratioOf(value: number | null, other: number | null): number | null {
  return value === null || other === null ? null : finite(value / other)
}

function measuredRow(result: FamilyResult, row: BenchRow, engine: number): MeasuredRow {
  const figure = finite(result.median(engine, row.value.program, row.value.figure))
  const bound = boundOf(result, row, engine)
  const difference = figure === null || bound === null ? null : figure - bound
  const measured = { figure, ratio: ratioOf(figure, bound), difference }
  return {
    family: result.family.name,
    title: row.title,
    unit: row.unit,
    ...measured,
    bound,
    boundLabel: row.bound?.label ?? null,
    goal: row.goal === undefined ? null : goalText(row.goal, row),
    met: row.goal === undefined ? null : isMet(row.goal, measured[row.goal.of]),
  }
}

function boundOf(result: FamilyResult, row: BenchRow, engine: number): number | null {
  if (row.bound === undefined) return null
  const { value } = row.bound
  if (typeof value === 'number') return value
  const own = result.median(engine, value.program, value.figure)
  // A bound that does not use the engine was measured once for all of them.
  return finite(Number.isNaN(own) ? result.median(FIRST_ENGINE, value.program, value.figure) : own)
}

/** A row with a goal that could not be measured has missed it. */
function isMet(goal: Goal, value: number | null): boolean {
  if (value === null) return false
  return goal.is === 'at least' ? value >= goal.value : value <= goal.value
}

function goalText(goal: Goal, row: BenchRow): string {
  const sign = goal.is === 'at least' ? '>=' : '<='
  const { value } = goal
  if (goal.of === 'ratio') return `${sign} ${String(value)} of the bound`
  if (goal.of === 'difference') return `${sign} bound + ${String(value)} ${row.unit}`
  return `${sign} ${String(value)} ${row.unit}`.trimEnd()
}

function machineLine({ node, cores, loadBefore, loadAfter }: Machine): string {
  const load = `load ${loadBefore.toFixed(2)} before, ${loadAfter.toFixed(2)} after`
  const isBusy = loadBefore > cores * BUSY_SHARE
  const warning = isBusy ? '\nThe machine was busy before this began: read the ratios, and distrust the figures.' : ''
  return `Node ${node}, ${String(cores)} cores, ${load}${warning}`
}

function quantity(value: number | null, unit: string): string {
  return value === null ? '' : `${number(value)} ${unit}`.trimEnd()
}

/** Three digits that say something. */
function number(value: number | null): string {
  if (value === null) return '-'
  const size = Math.abs(value)
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3)
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

function renderColumns(table: readonly (readonly string[])[]): string {
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((line) => (line[column] ?? '').length)))
  const render = (line: readonly string[]): string =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  return `${table.map(render).join('\n')}\n`
}
