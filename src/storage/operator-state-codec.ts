// Duty: one operator's block of `_metadata`.
// Invariants: reader and writer mirror each other field by field; counts are checked against the bytes that are left, and what
// was read by operator-state-checks.
// Thread: main thread.
import { ReasonError } from '../core/errors/reason-error.js'
import type { DataInputView } from '../core/memory/data-input-view.js'
import type { DataOutputView } from '../core/memory/data-output-view.js'
import type { InputEdge, OperatorState } from './checkpoint-metadata.js'
import { checkOperatorState, MAX_PARALLELISM } from './operator-state-checks.js'
import { readList, readStreamHandle, writeList, writeStreamHandle } from './stream-handle-codec.js'
import type {
  BackendFiles,
  ChannelStateHandle,
  KeyedStateHandle,
  OperatorStateHandle,
  OperatorSubtaskState,
  StateMetadata,
} from './state-handles.js'

const STATE_KINDS: readonly StateMetadata['kind'][] = [
  'value',
  'list',
  'map',
  'reducing',
  'aggregating',
  'operator-list',
  'operator-union',
  'broadcast',
  'priority-queue',
]

/** Before it every keyed handle was whole, and said nothing of it. */
const VERSION_WITH_DELTAS = 2
/** Before it nothing was said of the keys. */
const VERSION_WITH_KEY_SHAPES = 3
/** Before it no state had namespaces, and no backend files of its own. */
const VERSION_WITH_NAMESPACES = 4
/** Before it nothing was said of coordinators. */
const VERSION_WITH_COORDINATORS = 5
/** Before it a subtask had places for channels, into and out of it, that were always empty. */
const VERSION_WITH_CHANNELS = 7

/** Before it there were only records among what was in flight, and nothing was said of the parallelism upstream. */
const VERSION_WITH_TIMES = 8

/** Of what format a file of metadata is, and where it lies. */
export interface MetadataSource {
  readonly version: number
  readonly directoryUri: string
}

export function writeOperatorState(operator: OperatorState, directoryUri: string, output: DataOutputView): void {
  output.writeUtf8(operator.operatorId)
  output.writeInt8(operator.uid === undefined ? 0 : 1)
  output.writeUtf8(operator.uid ?? '')
  output.writeUtf8(operator.name)
  output.writeVarInt(operator.parallelism)
  output.writeVarInt(operator.maxParallelism)
  output.writeInt8(operator.fullyFinished ? 1 : 0)
  const present = [...operator.subtasks.entries()].flatMap(([index, state]) => (state ? [{ index, state }] : []))
  writeList(present, output, ({ index, state }) => {
    output.writeVarInt(index)
    writeSubtask(state, directoryUri, output)
  })
  const { coordinatorState } = operator
  writeList(coordinatorState === undefined ? [] : [coordinatorState], output, (handle) => {
    writeStreamHandle(handle, directoryUri, output)
  })
  writeList(operator.inputEdges ?? [], output, ({ id, sourceName, partitioner, recordType, sourceParallelism = 0 }) => {
    for (const text of [id, sourceName, partitioner, recordType]) output.writeUtf8(text)
    output.writeVarInt(sourceParallelism)
  })
}

export function readOperatorState(input: DataInputView, source: MetadataSource): OperatorState {
  const operatorId = input.readUtf8()
  const hasUid = input.readInt8() === 1
  const uidText = input.readUtf8()
  const name = input.readUtf8()
  const parallelism = input.readVarInt()
  const maxParallelism = input.readVarInt()
  const fullyFinished = input.readInt8() === 1
  const entries = readList(input, () => [input.readVarInt(), readSubtask(input, source)] as const)
  const byIndex = new Map(entries)
  // Before a list of that length is made.
  const isWrong = parallelism > MAX_PARALLELISM || byIndex.size !== entries.length
  if (isWrong || entries.some(([index]) => index >= parallelism)) throw new ReasonError('its subtasks are wrong')
  const subtasks = Array.from({ length: parallelism }, (_, index) => byIndex.get(index))
  const uid = hasUid ? uidText : undefined
  const coordinator =
    source.version >= VERSION_WITH_COORDINATORS ? readCoordinatorState(input, source.directoryUri) : {}
  const inputEdges = source.version >= VERSION_WITH_CHANNELS ? readInputEdges(input, source) : {}
  const state = {
    operatorId,
    uid,
    name,
    parallelism,
    maxParallelism,
    fullyFinished,
    subtasks,
    ...coordinator,
    ...inputEdges,
  }
  checkOperatorState(state)
  return state
}

function readCoordinatorState(input: DataInputView, directoryUri: string): Pick<OperatorState, 'coordinatorState'> {
  const [coordinatorState, ...others] = readList(input, () => readStreamHandle(input, directoryUri))
  if (others.length > 0) throw new ReasonError('it has the state of more than one coordinator')
  return coordinatorState === undefined ? {} : { coordinatorState }
}

function readInputEdges(input: DataInputView, { version }: MetadataSource): Pick<OperatorState, 'inputEdges'> {
  const inputEdges = readList(input, () => ({
    id: input.readUtf8(),
    sourceName: input.readUtf8(),
    partitioner: input.readUtf8(),
    recordType: input.readUtf8(),
    ...(version >= VERSION_WITH_TIMES ? readSourceParallelism(input) : {}),
  }))
  return inputEdges.length === 0 ? {} : { inputEdges }
}

/** Not known, 0, where the edge was carried on out of a snapshot of an older format. */
function readSourceParallelism(input: DataInputView): Pick<InputEdge, 'sourceParallelism'> {
  const sourceParallelism = input.readVarInt()
  return sourceParallelism === 0 ? {} : { sourceParallelism }
}

function writeSubtask(state: OperatorSubtaskState, directoryUri: string, output: DataOutputView): void {
  writeList(state.managedKeyed, output, (handle) => {
    output.writeVarInt(handle.keyGroups.start)
    output.writeVarInt(handle.keyGroups.end + 1)
    output.writeInt8(handle.isDelta ? 1 : 0)
    writeList(handle.offsets, output, (offset) => {
      output.writeVarInt(offset)
    })
    writeList(handle.states, output, (metadata) => {
      writeStateMetadata(metadata, output)
    })
    output.writeInt8(handle.keyShapes === undefined ? 0 : 1)
    writeList(handle.keyShapes ?? [], output, (shape) => {
      output.writeUtf8(shape)
    })
    writeStreamHandle(handle.handle, directoryUri, output)
    writeBackendFiles(handle.backendFiles, directoryUri, output)
  })
  writeList(state.managedOperator, output, (handle) => {
    writeList(handle.states, output, (metadata) => {
      writeStateMetadata(metadata, output)
      writeList(metadata.offsets, output, (offset) => {
        output.writeVarInt(offset)
      })
    })
    writeStreamHandle(handle.handle, directoryUri, output)
  })
  writeChannels(state.inputChannels ?? [], directoryUri, output)
}

function readSubtask(input: DataInputView, source: MetadataSource): OperatorSubtaskState {
  const keyed = (): KeyedStateHandle => ({
    keyGroups: { start: input.readVarInt(), end: input.readVarInt() - 1 },
    isDelta: source.version >= VERSION_WITH_DELTAS && input.readInt8() === 1,
    offsets: readList(input, () => input.readVarInt()),
    states: readList(input, () => readStateMetadata(input, source)),
    keyShapes: source.version >= VERSION_WITH_KEY_SHAPES ? readKeyShapes(input) : undefined,
    handle: readStreamHandle(input, source.directoryUri),
    ...(source.version >= VERSION_WITH_NAMESPACES ? readBackendFiles(input, source.directoryUri) : {}),
  })
  const operator = (): OperatorStateHandle => ({
    states: readList(input, () => ({
      ...readStateMetadata(input, source),
      offsets: readList(input, () => input.readVarInt()),
    })),
    handle: readStreamHandle(input, source.directoryUri),
  })
  const managedKeyed = readList(input, keyed)
  if (source.version < VERSION_WITH_COORDINATORS) readNothing(input)
  const managedOperator = readList(input, operator)
  if (source.version < VERSION_WITH_CHANNELS) {
    readNothing(input)
    if (source.version >= VERSION_WITH_COORDINATORS) readNothing(input)
    return { managedKeyed, managedOperator }
  }
  const inputChannels = readChannels(input, source)
  return { managedKeyed, managedOperator, ...(inputChannels.length > 0 ? { inputChannels } : {}) }
}

/** Before version 7 two places of a subtask were lists that no engine had put anything into. */
function readNothing(input: DataInputView): void {
  if (input.readVarInt() !== 0) throw new ReasonError('it holds state of a kind that there is not')
}

function writeChannels(channels: readonly ChannelStateHandle[], directoryUri: string, output: DataOutputView): void {
  writeList(channels, output, ({ edgeIndex, channelIndex, typeFingerprint, offsets, numTimes = 0, handle }) => {
    output.writeVarInt(edgeIndex)
    output.writeVarInt(channelIndex)
    output.writeUtf8(typeFingerprint)
    writeList(offsets, output, (offset) => {
      output.writeVarInt(offset)
    })
    output.writeVarInt(numTimes)
    writeStreamHandle(handle, directoryUri, output)
  })
}

function readChannels(input: DataInputView, { version, directoryUri }: MetadataSource): ChannelStateHandle[] {
  return readList(input, () => ({
    edgeIndex: input.readVarInt(),
    channelIndex: input.readVarInt(),
    typeFingerprint: input.readUtf8(),
    offsets: readList(input, () => input.readVarInt()),
    ...(version >= VERSION_WITH_TIMES ? readNumTimes(input) : {}),
    handle: readStreamHandle(input, directoryUri),
  }))
}

function readNumTimes(input: DataInputView): Pick<ChannelStateHandle, 'numTimes'> {
  const numTimes = input.readVarInt()
  return numTimes === 0 ? {} : { numTimes }
}

function writeStateMetadata(metadata: StateMetadata, output: DataOutputView): void {
  output.writeUtf8(metadata.name)
  output.writeInt8(STATE_KINDS.indexOf(metadata.kind))
  output.writeUtf8(metadata.typeFingerprint)
  output.writeVarInt(metadata.schemaVersion)
  output.writeUtf8(metadata.namespaceFingerprint ?? '')
}

function readStateMetadata(input: DataInputView, { version }: MetadataSource): StateMetadata {
  const name = input.readUtf8()
  const kind = STATE_KINDS[input.readInt8()]
  if (kind === undefined) throw new ReasonError(`state ${name} is of an unknown kind`)
  const metadata = { name, kind, typeFingerprint: input.readUtf8(), schemaVersion: input.readVarInt() }
  const namespaceFingerprint = version >= VERSION_WITH_NAMESPACES ? input.readUtf8() : ''
  return namespaceFingerprint === '' ? metadata : { ...metadata, namespaceFingerprint }
}

/** Not known where the handle was carried on out of a snapshot of an older format. */
function readKeyShapes(input: DataInputView): readonly string[] | undefined {
  const isKnown = input.readInt8() === 1
  const shapes = readList(input, () => input.readUtf8())
  return isKnown ? shapes : undefined
}

/** An empty name of the backend where there are none. */
function writeBackendFiles(files: BackendFiles | undefined, directoryUri: string, output: DataOutputView): void {
  output.writeUtf8(files?.backend ?? '')
  writeList(files?.files ?? [], output, ({ name, handle }) => {
    output.writeUtf8(name)
    writeStreamHandle(handle, directoryUri, output)
  })
}

function readBackendFiles(input: DataInputView, directoryUri: string): Pick<KeyedStateHandle, 'backendFiles'> {
  const backend = input.readUtf8()
  const files = readList(input, () => ({ name: input.readUtf8(), handle: readStreamHandle(input, directoryUri) }))
  return backend === '' ? {} : { backendFiles: { backend, files } }
}
