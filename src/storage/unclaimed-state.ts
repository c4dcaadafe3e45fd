// Duty: state of a snapshot that no operator of the program claims, as it is told: how much it is, and what would claim it.
// Thread: main thread.
import { byteSize } from '../core/io/byte-size.js'
import { isOfTimers } from '../core/time/timer-states.js'
import { streamHandlesOf, type CompletedCheckpoint, type OperatorState } from './checkpoint-metadata.js'
import { claimingCall, likelyRenames, statesOf } from './likely-renames.js'
import type { PlannedOperator } from './planned-operator.js'
import type { StateMetadata } from './state-handles.js'
import { bytesOf } from './state-size.js'

const MOST_STATES = 8

/** `uid "counts" (Count by key, id 0a1b...): total, seen, 1.2 MB`. */
export function describeUnclaimed(operator: OperatorState): string {
  const { operatorId, uid, name, coordinatorState } = operator
  const id = `id ${operatorId}`
  const label = uid === undefined ? `${name} (${id})` : `uid "${uid}" (${name}, ${id})`
  const names = namesOf(statesOf(operator))
  const shown = [...names.slice(0, MOST_STATES), ...(coordinatorState === undefined ? [] : ['its coordinator'])]
  const others = names.length > MOST_STATES ? [`${String(names.length - MOST_STATES)} more`] : []
  const size = byteSize(bytesOf(streamHandlesOf({ operators: [operator] })))
  return `${label}: ${[...shown, ...others, size].join(', ')}`
}

/** Without timers and what goes with them, where there is more. */
function namesOf(states: readonly StateMetadata[]): string[] {
  const own = states.filter((state) => !isOfTimers(state))
  return (own.length > 0 ? own : states).map(({ name }) => name)
}

/** What a refusal says of them, with what the user can do; begins with a new line. */
export function adviceForUnclaimed(
  unclaimed: readonly OperatorState[],
  { metadata, externalPath }: CompletedCheckpoint,
  plan: readonly PlannedOperator[],
): string {
  const renames = likelyRenames({ stored: metadata.operators, plan })
  const lines = unclaimed.flatMap((operator) => {
    const rename = renames.get(operator.operatorId)
    const described = `  ${describeUnclaimed(operator)}`
    return rename === undefined ? [described] : [described, `    ${adviceOfRename(operator, rename.planned)}`]
  })
  return [
    '\nIt would leave out:',
    ...lines,
    `What becomes of every state: flink-ts check <job-file> --against ${externalPath}`,
  ].join('\n')
}

export function adviceOfRename(stored: OperatorState, planned: PlannedOperator): string {
  const { name, uid } = planned
  const label = uid === undefined ? `"${name}", which has no uid,` : `uid "${uid}" (${name})`
  return `${label} looks like it, and is new: set ${claimingCall(stored, planned)} there.`
}
