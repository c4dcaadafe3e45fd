import { byteSize } from '../../core/io/byte-size.js'
import { isOfTimers } from '../../core/time/timer-states.js'
import type { StateShape, Verdict } from '../../cluster/restore-check-result.js'
import { printable } from '../terminal/printable-text.js'
import type { CheckReport, ReportedOperator, ReportedState } from './check-report.js'
import { columns } from './columns.js'

const SIZE = 4
const ABSENT = '-'
const UNKNOWN = '?'

/** What `check` prints for people. */
export function checkLines(report: CheckReport): string[] {
  const { snapshot, jobName, operators } = report
  const { kind, path, jobName: storedName, checkpointId } = snapshot
  return [
    `Job ${printable(jobName)} against ${kind} ${printable(path)}`,
    `  of job ${printable(storedName)}, number ${String(checkpointId)}, taken ${new Date(snapshot.timestamp).toISOString()}`,
    ...operators.flatMap(operatorLines),
    '',
    ...conclusion(report),
  ]
}

function operatorLines(operator: ReportedOperator): string[] {
  const { verdict, name, uid, operatorId, states, sizeBytes } = operator
  const id = uid === null ? `id ${operatorId}` : `uid "${printable(uid)}", id ${operatorId}`
  const about = [
    `${printable(name)} (${id})`,
    ...(sizeBytes === null ? [] : [byteSize(sizeBytes)]),
    ...changeOf('parallelism', operator.parallelism),
    ...changeOf('max parallelism', operator.maxParallelism),
  ]
  const shown = states.filter((state) => isShown(state, operator))
  const rows = columns(shown.map(rowOf), [SIZE])
  return [
    '',
    `${verdict}: ${about.join(', ')}`,
    ...remarks(operator, '  '),
    ...shown.flatMap((state, index) => [`  ${rows[index] ?? ''}`, ...remarks(ownRemarks(state, operator), '    ')]),
  ]
}

/** Timers and what goes with them come and go with the functions: of interest where something is wrong. */
function isShown(state: ReportedState, { verdict }: ReportedOperator): boolean {
  if (!isOfTimers(state)) return true
  return verdict === 'matched' && state.verdict !== 'new' && state.verdict !== 'matched'
}

/** What its operator says already is not said once more of each state. */
function ownRemarks({ reason, advice }: ReportedState, operator: ReportedOperator): Parameters<typeof remarks>[0] {
  return {
    ...(reason !== undefined && reason !== operator.reason && { reason }),
    ...(advice !== undefined && { advice }),
  }
}

function changeOf(
  what: string,
  { stored, planned }: { readonly stored: number | null; readonly planned: number | null },
): string[] {
  if (stored === null || planned === null || stored === planned) return []
  return [`${what} ${String(stored)} -> ${String(planned)}`]
}

function rowOf({ verdict, name, kind, stored, declared, sizeBytes }: ReportedState): string[] {
  const size = sizeBytes === null ? (stored === null ? ABSENT : UNKNOWN) : byteSize(sizeBytes)
  return [verdict, printable(name), kind, typeText(stored, declared), size]
}

function typeText(stored: StateShape | null, declared: StateShape | null): string {
  const [before, now] = [stored, declared].map((shape) => (shape === null ? undefined : shapeText(shape)))
  if (before === undefined || now === undefined || before === now) return before ?? now ?? ABSENT
  return `${before} -> ${now}`
}

function shapeText({ type, schemaVersion, namespaces }: StateShape): string {
  const version = schemaVersion === 0 ? '' : ` version ${String(schemaVersion)}`
  return `${printable(type)}${version}${namespaces === null ? '' : ` by ${printable(namespaces)}`}`
}

function remarks({ reason, advice }: { readonly reason?: string; readonly advice?: string }, indent: string): string[] {
  return [reason, advice].flatMap((text) => text?.split('\n') ?? []).map((line) => `${indent}${printable(line)}`)
}

const FAILED =
  'What failed could not be opened, and would not run: it is not checked as a whole. With --closed no function is called, and what they ask for is unknown.'
const REFUSED: readonly Verdict[] = ['incompatible', 'renamed', 'orphaned']

function conclusion({ counts, fits, allowNonRestoredState, snapshot }: CheckReport): string[] {
  const counted = (['matched', 'new', ...REFUSED, 'failed', 'unknown'] as const)
    .filter((verdict) => counts[verdict] > 0)
    .map((verdict) => `${String(counts[verdict])} ${verdict}`)
  const total = counted.length === 0 ? 'There is no state.' : `${counted.join(', ')}.`
  const later = counts.unknown === 0 ? '' : ' What is unknown was not checked: it is known when the job runs.'
  const isDropped = counts.orphaned + counts.renamed > 0
  const left = fits && isDropped ? ' What no operator claims is left out.' : ''
  if (fits) return [`${total} The program goes on from this ${snapshot.kind}.${left}${later}`]
  if (counts.incompatible === 0 && counts.failed > 0) return [`${total} ${FAILED}${later}`]
  const isOnlyDropped = counts.incompatible === 0 && !allowNonRestoredState
  const ways = isOnlyDropped ? ' With --allowNonRestoredState it goes on without what is orphaned or renamed.' : ''
  return [`${total} The program does not fit this ${snapshot.kind} as it is.${ways}${later}`]
}
