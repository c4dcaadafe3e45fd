import type { ListedSnapshot } from '../../state-processor/snapshot-listing.js'
import type { OperatorSummary, SnapshotSummary, StateSummary } from '../../state-processor/snapshot-summary.js'
import { printable } from '../terminal/printable-text.js'
import { byteSize } from '../../core/io/byte-size.js'
import { columns } from './columns.js'

const HEAD = ['state', 'kind', 'type', 'namespaces', 'version', 'entries', 'size']
const VERSION = 4
const ENTRIES = 5
const SIZE = 6
const UNKNOWN = '?'

/** What `savepoint inspect` prints of a snapshot. */
export function snapshotLines(summary: SnapshotSummary): string[] {
  const { kind, path, jobName, jobId, checkpointId, timestamp, engineVersion, sizeBytes, operators } = summary
  const drained = summary.isDrained ? ', the job was drained for it' : ''
  return [
    `${kind === 'savepoint' ? 'Savepoint' : 'Checkpoint'} ${printable(path)}`,
    `  job ${printable(jobName)} (${printable(jobId)})`,
    `  number ${String(checkpointId)}, taken ${timeText(timestamp)} by flink-ts ${printable(engineVersion)}${drained}`,
    `  ${byteSize(sizeBytes)} of state in ${counted(operators.length, 'operator')}`,
    ...operators.flatMap(operatorLines),
  ]
}

function operatorLines(operator: OperatorSummary): string[] {
  const { operatorId, uid, name, parallelism, maxParallelism, states, sizeBytes } = operator
  const title = `${printable(name)} (${uid === null ? '' : `uid "${printable(uid)}", `}id ${operatorId})`
  const about = [
    `parallelism ${String(parallelism)}`,
    `max parallelism ${String(maxParallelism)}`,
    byteSize(sizeBytes),
    ...(operator.isFullyFinished ? ['finished'] : []),
    ...(operator.backend === undefined ? [] : [`keyed state in files of ${printable(operator.backend)}`]),
    ...(operator.coordinatorBytes === undefined ? [] : [`coordinator ${byteSize(operator.coordinatorBytes)}`]),
    ...(operator.channelBytes === undefined ? [] : [inFlightText(operator.channelBytes, operator.channelRecords)]),
  ]
  const rows = states.length === 0 ? [] : columns([HEAD, ...states.map(rowOf)], [VERSION, ENTRIES, SIZE])
  return ['', title, `  ${about.join(', ')}`, ...rows.map((row) => `    ${row}`)]
}

function inFlightText(bytes: number, records = 0): string {
  return `${counted(records, 'record')} in flight (${byteSize(bytes)})`
}

function rowOf({
  name,
  kind,
  type,
  namespaces,
  schemaVersion,
  entries,
  entriesAtMost,
  sizeBytes,
}: StateSummary): string[] {
  const most = entriesAtMost ? '<= ' : ''
  return [
    printable(name),
    kind,
    printable(type),
    namespaces === null ? '-' : printable(namespaces),
    String(schemaVersion),
    entries === null ? UNKNOWN : `${entries === 0 ? '' : most}${entries.toLocaleString('en')}`,
    sizeBytes === null ? UNKNOWN : byteSize(sizeBytes),
  ]
}

/** What it prints of a directory: as `hdfs dfs -ls`, one a line, the path last. */
export function listingLines(directory: string, snapshots: readonly ListedSnapshot[]): string[] {
  if (snapshots.length === 0) return [`Found no snapshots below ${printable(directory)}.`]
  const rows = snapshots.map(({ kind, jobName, checkpointId, timestamp, sizeBytes, path, damage }) => [
    timestamp === null ? UNKNOWN : timeText(timestamp),
    kind ?? UNKNOWN,
    checkpointId === null ? UNKNOWN : String(checkpointId),
    sizeBytes === null ? UNKNOWN : byteSize(sizeBytes),
    printable(jobName ?? UNKNOWN),
    `${printable(path)}${damage === undefined ? '' : `  (damaged: ${printable(damage)})`}`,
  ])
  return [`Found ${counted(snapshots.length, 'snapshot')}, the newest first`, ...columns(rows, [2, 3])]
}

function timeText(epochMs: number): string {
  const time = new Date(epochMs)
  return Number.isNaN(time.getTime()) ? String(epochMs) : time.toISOString()
}

function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`
}
