// Duty: says of one operator's block of `_metadata` what no engine writes, though its checksum is right.
// Invariants: whoever restores may count with what has passed: key groups below the max parallelism, an offset for each of
// them and one more, no offset before the one before it or after the end of the bytes; each key group in one subtask.
// Thread: main thread.
import { ReasonError } from '../core/errors/reason-error.js'
import type { KeyGroupRange } from '../core/keygroups/key-group-range.js'
import type { OperatorState } from './checkpoint-metadata.js'
import { channelStateOf, type KeyedStateHandle, type StreamStateHandle } from './state-handles.js'

/** Flink's upper bound; no snapshot can honestly say more. */
export const MAX_PARALLELISM = 32768

/** Throws a ReasonError. */
export function checkOperatorState({ parallelism, maxParallelism, subtasks, inputEdges }: OperatorState): void {
  check(maxParallelism >= 1 && maxParallelism <= MAX_PARALLELISM, `its max parallelism is ${String(maxParallelism)}`)
  check(parallelism <= maxParallelism, `its parallelism is ${String(parallelism)}, above its max parallelism`)
  for (const subtask of subtasks) {
    if (subtask === undefined) continue
    for (const handle of subtask.managedKeyed) checkKeyed(handle, maxParallelism)
    for (const { states, handle } of subtask.managedOperator) {
      for (const { name, offsets } of states) checkOffsets(offsets, handle, `elements of state ${name}`)
    }
    for (const { edgeIndex, offsets, numTimes = 0, handle } of channelStateOf(subtask)) {
      check(edgeIndex < (inputEdges?.length ?? 0), 'it holds records in flight on an edge that it does not name')
      checkOffsets(offsets, handle, 'records in flight')
      check(numTimes < offsets.length, 'it holds more watermarks than it has elements in flight')
    }
  }
  checkWhole(subtasks.map((subtask) => subtask?.managedKeyed ?? []))
}

/** State of a key group is whole once among all subtasks; what says what changed comes after it, in the same subtask. */
function checkWhole(bySubtask: readonly (readonly KeyedStateHandle[])[]): void {
  const whole = bySubtask.flat().filter(({ isDelta }) => !isDelta)
  const ordered = whole.map(({ keyGroups }) => keyGroups).sort((one, other) => one.start - other.start)
  for (const [index, { start }] of ordered.entries()) {
    const before = ordered[index - 1]
    const isApart = before === undefined || before.end < start
    check(isApart, `it holds key group ${String(start)} more than once`)
  }
  for (const handles of bySubtask) {
    for (const [index, { isDelta, keyGroups }] of handles.entries()) {
      const isBased = !isDelta || handles.slice(0, index).some((each) => !each.isDelta && holds(each, keyGroups))
      const range = `key groups ${String(keyGroups.start)} to ${String(keyGroups.end)}`
      check(isBased, `it holds what changed in ${range}, and not the state before`)
    }
  }
}

function holds({ keyGroups: { start, end } }: KeyedStateHandle, range: KeyGroupRange): boolean {
  return start <= range.start && end >= range.end
}

function checkKeyed({ keyGroups, offsets, handle, backendFiles }: KeyedStateHandle, maxParallelism: number): void {
  const { start, end } = keyGroups
  const range = `key groups ${String(start)} to ${String(end)}`
  check(start <= end && end < maxParallelism, `it holds ${range}, and there are ${String(maxParallelism)}`)
  if (backendFiles !== undefined) return
  const expected = end - start + 2
  const found = `${String(offsets.length)} offsets in place of ${String(expected)}`
  check(offsets.length === expected, `${range} have ${found}`)
  checkOffsets(offsets, handle, range)
}

function checkOffsets(offsets: readonly number[], handle: StreamStateHandle, of: string): void {
  const isAscending = offsets.every((offset, index) => index === 0 || offset >= (offsets[index - 1] ?? 0))
  check(isAscending, `the offsets of ${of} are in no order`)
  const lengthBytes = handle.kind === 'inline' ? handle.bytes.length : handle.lengthBytes
  check((offsets.at(-1) ?? 0) <= lengthBytes, `${of} go beyond the ${String(lengthBytes)} bytes that hold them`)
}

function check(isRight: boolean, reason: string): void {
  if (!isRight) throw new ReasonError(reason)
}
