/** Operator state of a new snapshot where lists or broadcast state were changed: written anew subtask by subtask, with what is not named as it is. */
import { FlinkError } from '../core/errors/flink-error.js'
import { DataInputView } from '../core/memory/data-input-view.js'
import { DataOutputView } from '../core/memory/data-output-view.js'
import type { OperatorState } from '../storage/checkpoint-metadata.js'
import type { OperatorStateHandle, StateMetadata } from '../storage/state-handles.js'
import { operatorLabel } from './entry-filter.js'
import { EMPTY_HANDLE, type NewSnapshot } from './new-snapshot.js'
import { elementsOf } from './operator-elements.js'
import type { SnapshotSource } from './snapshot-source.js'
import { identityOfBytes, type EntryChange, type OperatorChanges } from './state-changes.js'
import { storedTypesOf } from './stored-types.js'
import { ShownClasses } from './shown-classes.js'

interface Counts {
  added: number
  replaced: number
  deleted: number
  missing: number
}

interface Writing {
  readonly snapshot: NewSnapshot
  readonly source: SnapshotSource
  readonly counts: Counts
}

/** By subtask, in the new snapshot already; undefined where none of its operator state was changed. */
export async function changedElements(
  changes: OperatorChanges,
  writing: Writing,
): Promise<readonly (OperatorStateHandle | undefined)[] | undefined> {
  const { operator, elements } = changes
  if (elements.lists.size + elements.broadcasts.size === 0) return undefined
  const found = await elementsBySubtask(operator, writing.source)
  const handles: (OperatorStateHandle | undefined)[] = []
  let hasCounted = false
  for (let subtask = 0; subtask < operator.parallelism; subtask += 1) {
    const lists = found.get(subtask) ?? new Map<string, ElementList>()
    for (const metadata of changes.states) addList(lists, metadata, { changes, subtask })
    // Each subtask has a copy of broadcast state: a change of all of them is one.
    const broadcastCounts = hasCounted ? { ...writing.counts } : writing.counts
    for (const list of lists.values()) changeList(list, { changes, subtask, writing, broadcastCounts })
    hasCounted ||= [...lists.values()].some(({ metadata }) => metadata.kind === 'broadcast')
    handles.push(await written([...lists.values()], writing.snapshot))
  }
  return handles
}

interface ElementList {
  readonly metadata: StateMetadata
  elements: (Uint8Array | undefined)[]
}

async function elementsBySubtask(
  operator: OperatorState,
  source: SnapshotSource,
): Promise<Map<number, Map<string, ElementList>>> {
  const found = new Map<number, Map<string, ElementList>>()
  for await (const { metadata, subtask, elements } of elementsOf(operator, source)) {
    const lists = found.get(subtask) ?? new Map<string, ElementList>()
    found.set(subtask, lists)
    const list = lists.get(metadata.name)
    if (list === undefined) lists.set(metadata.name, { metadata, elements: [...elements] })
    else list.elements.push(...elements)
  }
  return found
}

/** A subtask that has none of a list yet may get elements of it; broadcast state comes to those that have it. */
function addList(
  lists: Map<string, ElementList>,
  metadata: StateMetadata,
  { changes, subtask }: { readonly changes: OperatorChanges; readonly subtask: number },
): void {
  const isChanged = changes.elements.lists.get(metadata.name)?.has(subtask) === true
  if (isChanged && !lists.has(metadata.name)) lists.set(metadata.name, { metadata, elements: [] })
}

function changeList(
  list: ElementList,
  {
    changes,
    subtask,
    writing,
    broadcastCounts,
  }: { changes: OperatorChanges; subtask: number; writing: Writing; broadcastCounts: Counts },
): void {
  const { name } = list.metadata
  const byIndex = changes.elements.lists.get(name)?.get(subtask)
  if (byIndex !== undefined) {
    changeElements(list, byIndex, writing.counts, `state '${name}' of '${operatorLabel(changes.operator)}'`)
  }
  const byKey = changes.elements.broadcasts.get(name)
  if (byKey !== undefined) changeEntries(list, byKey, broadcastCounts)
}

/** Indices are those of the snapshot that there was; one past the end adds. */
function changeElements(
  list: ElementList,
  changes: ReadonlyMap<number, Uint8Array | undefined>,
  counts: Counts,
  place: string,
): void {
  const { elements } = list
  for (const [index, value] of [...changes].sort(([left], [right]) => left - right)) {
    const isThere = index < elements.length
    if (value === undefined) counts[isThere ? 'deleted' : 'missing'] += 1
    else counts[isThere ? 'replaced' : 'added'] += 1
    if (value !== undefined && index > elements.length) {
      const reason = `element ${String(index)} of ${place} would leave a gap after ${String(elements.length)} elements`
      throw new FlinkError('JSON_FORM_INVALID', { reason })
    }
    if (isThere || value !== undefined) elements[index] = value
  }
}

function changeEntries(list: ElementList, changes: ReadonlyMap<string, EntryChange>, counts: Counts): void {
  const types = storedTypesOf(list.metadata, new ShownClasses())
  const left = new Map(changes)
  for (const [index, element] of list.elements.entries()) {
    if (element === undefined || types === undefined) continue
    const input = new DataInputView(element)
    types.key.skip(input)
    const identity = identityOfBytes(element.subarray(0, input.position))
    const change = left.get(identity)
    if (change === undefined) continue
    left.delete(identity)
    list.elements[index] = change.value === undefined ? undefined : Buffer.concat([change.name, change.value])
    counts[change.value === undefined ? 'deleted' : 'replaced'] += 1
  }
  for (const { name, value } of left.values()) {
    counts[value === undefined ? 'missing' : 'added'] += 1
    if (value !== undefined) list.elements.push(Buffer.concat([name, value]))
  }
}

/** Also of lists that have no element left: that they are there is known by it. */
async function written(lists: readonly ElementList[], snapshot: NewSnapshot): Promise<OperatorStateHandle | undefined> {
  if (lists.length === 0) return undefined
  const output = new DataOutputView()
  const states = lists.map(({ metadata: { name, kind, typeFingerprint, schemaVersion }, elements }) => {
    const offsets = [output.position]
    for (const element of elements) {
      if (element === undefined) continue
      output.writeBytes(element)
      offsets.push(output.position)
    }
    return { name, kind, typeFingerprint, schemaVersion, offsets }
  })
  const stream = await snapshot.streams.createStream()
  try {
    await stream.write(output.written())
    return { states, handle: (await stream.closeAndGetHandle()) ?? EMPTY_HANDLE }
  } catch (error) {
    await stream.abort()
    throw error
  }
}
