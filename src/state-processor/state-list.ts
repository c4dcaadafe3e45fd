/** The states of a snapshot with exact numbers of entries: all of them are read for it, and verified against their checksums. */
import { inFlightByEdge, recordCount } from '../storage/channel-state-assignment.js'
import type { OperatorState } from '../storage/checkpoint-metadata.js'
import type { StateMetadata } from '../storage/state-handles.js'
import { isStateWanted, operatorLabel, statesOf, wantedOperators, type EntryFilter } from './entry-filter.js'
import type { SnapshotContents } from './snapshot-contents.js'

export interface ListedState {
  /** Its uid, or its id where the program gave none. */
  readonly operator: string
  readonly operatorName: string
  readonly state: string
  /** `in-flight`: records in the channels from one operator to this one, in an unaligned checkpoint. */
  readonly kind: StateMetadata['kind'] | 'in-flight'
  /** Description of the declared type, `GENERIC` where none was declared. */
  readonly type: string
  readonly schemaVersion: number
  /** Type of the namespaces (windows, timers); null for state of the key alone. */
  readonly namespaces: string | null
  /** Pairs of key and namespace, or elements; null where only the program can read it. */
  readonly entries: number | null
}

export async function listStates(contents: SnapshotContents, filter: EntryFilter): Promise<ListedState[]> {
  const counts = new Map<string, number>()
  const count = (operatorId: string, state: string): void => {
    const place = `${operatorId} ${state}`
    counts.set(place, (counts.get(place) ?? 0) + 1)
  }
  await contents.visit(filter, {
    keyed: ({ state }) => {
      count(state.operator.operatorId, state.metadata.name)
    },
    element: ({ operator, metadata }) => {
      count(operator.operatorId, metadata.name)
    },
    pause: () => true,
  })
  const unreadable = new Set(contents.unreadable.map(({ operator, state }) => `${operator} ${state}`))
  return wantedOperators(contents.snapshot, filter).flatMap((operator) => {
    const states = statesOf(operator).filter(({ name }) => isStateWanted(filter, name))
    const listed = states.map(({ name, kind, typeFingerprint, schemaVersion, namespaceFingerprint }) => ({
      operator: operatorLabel(operator),
      operatorName: operator.name,
      state: name,
      kind,
      type: typeFingerprint,
      schemaVersion,
      namespaces: namespaceFingerprint ?? null,
      entries: unreadable.has(`${operatorLabel(operator)} ${name}`)
        ? null
        : (counts.get(`${operator.operatorId} ${name}`) ?? 0),
    }))
    return [...listed, ...inFlightInto(operator).filter(({ state }) => isStateWanted(filter, state))]
  })
}

function inFlightInto(operator: OperatorState): ListedState[] {
  return inFlightByEdge(operator).map(({ edge, bySubtask }) => ({
    operator: operatorLabel(operator),
    operatorName: operator.name,
    state: `from ${edge.sourceName}`,
    kind: 'in-flight',
    type: edge.recordType,
    schemaVersion: 0,
    namespaces: null,
    entries: recordCount(bySubtask.flat()),
  }))
}
