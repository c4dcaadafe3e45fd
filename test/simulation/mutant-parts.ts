/** What mutants are made of: disks, messages and methods that do not do what they should. */
import type { FileSystem, FileWriter } from '../../src/core/fs/file-system.js'
import type { DeployTasks, MasterToWorker } from '../../src/runtime/protocol/master-to-worker.js'
import type {
  ChannelDescriptor,
  RingMemory,
  TaskDeploymentDescriptor,
} from '../../src/runtime/protocol/task-deployment.js'
import { RecordWriter } from '../../src/runtime/taskmanager/network/record-writer.js'
import type { OperatorSubtaskState } from '../../src/storage/state-handles.js'
import { replaced } from './sabotage.js'

export function withMethods(disk: FileSystem, methods: Partial<FileSystem>): FileSystem {
  return {
    readFile: (file) => disk.readFile(file),
    openForRead: (file) => disk.openForRead(file),
    openForWrite: (file) => disk.openForWrite(file),
    openToContinue: (file, keepBytes) => disk.openToContinue(file, keepBytes),
    rename: (from, to) => disk.rename(from, to),
    syncDirectory: (path) => disk.syncDirectory(path),
    mkdirs: (path, entry) => disk.mkdirs(path, entry),
    list: (path) => disk.list(path),
    realPath: (path) => disk.realPath(path),
    status: (path) => disk.status(path),
    delete: (path) => disk.delete(path),
    deleteEmptyDirectory: (path) => disk.deleteEmptyDirectory(path),
    ...methods,
  }
}

export function withWriters(disk: FileSystem, change: (writer: FileWriter) => FileWriter): FileSystem {
  return withMethods(disk, {
    openForWrite: async (file) => change(await disk.openForWrite(file)),
    openToContinue: async (file, keepBytes) => change(await disk.openToContinue(file, keepBytes)),
  })
}

/** Every record goes out with the next one; the last ones after an event. */
export function heldBack(event: 'broadcastBarrier' | 'broadcastEndOfPartition'): () => void {
  const held = new WeakMap<RecordWriter, () => void>()
  const release = (writer: RecordWriter): void => {
    held.get(writer)?.()
    held.delete(writer)
  }
  const events = ['broadcastBarrier', 'broadcastEndOfData', 'broadcastEndOfPartition'] as const
  const undos = events.map((each) =>
    replaced(
      RecordWriter.prototype,
      each,
      (original) =>
        function (this: RecordWriter, ...details: Parameters<RecordWriter[typeof each]>) {
          const isLate = each === event || (each === 'broadcastEndOfData' && event === 'broadcastEndOfPartition')
          if (!isLate) release(this)
          Reflect.apply(original, this, details)
          if (each === event) release(this)
        },
    ),
  )
  const undoEmit = replaced(
    RecordWriter.prototype,
    'emit',
    (original) =>
      function (this: RecordWriter, value, timestamp) {
        release(this)
        const copy: unknown = structuredClone(value)
        held.set(this, () => {
          original.call(this, copy, timestamp)
        })
      },
  )
  return () => {
    for (const undo of [...undos, undoEmit]) undo()
  }
}

type ChangeOfMessage = (message: MasterToWorker) => MasterToWorker[]

type ChangeOfTask = (task: TaskDeploymentDescriptor, message: DeployTasks) => TaskDeploymentDescriptor

export function onDeploy(change: ChangeOfTask): ChangeOfMessage {
  return (message) => {
    if (message.type !== 'deploy-tasks') return [message]
    return [{ ...message, tasks: message.tasks.map((task) => change(task, message)) }]
  }
}

export function onRestore(change: (state: OperatorSubtaskState) => OperatorSubtaskState): ChangeOfMessage {
  return onDeploy((task) => withOperators(task, (states) => states.map(([id, state]) => [id, change(state)])))
}

type StatesById = [operatorId: string, state: OperatorSubtaskState][]

export function withOperators(
  task: TaskDeploymentDescriptor,
  change: (states: StatesById) => StatesById,
): TaskDeploymentDescriptor {
  const { restore } = task
  if (restore === undefined) return task
  const operators = Object.fromEntries(change(Object.entries(restore.state.operators)))
  return { ...task, restore: { ...restore, state: { operators } } }
}

export function withoutLast(
  handle: OperatorSubtaskState['managedKeyed'][number],
): OperatorSubtaskState['managedKeyed'][number] {
  const { start, end } = handle.keyGroups
  if (start === end) return handle
  const keyGroups = { start, end: end - 1 }
  return { ...handle, keyGroups, offsets: handle.offsets.slice(0, -1) }
}

export function withListOfFirst(): ChangeOfTask {
  return (task, { tasks }) => {
    const first = tasks.find(({ vertexId }) => vertexId === task.vertexId)
    return withOperators(task, (states) =>
      states.map(([id, state]) => {
        const { managedOperator = [] } = first?.restore?.state.operators[id] ?? {}
        return [id, { ...state, managedOperator }]
      }),
    )
  }
}

export function withFirstRings(): ChangeOfTask {
  const first = new Map<string, RingMemory>()
  const changed = (channel: ChannelDescriptor, key: string): ChannelDescriptor => {
    if (channel.kind === 'local') return channel
    const memory = first.get(key) ?? channel.memory
    first.set(key, memory)
    return { ...channel, memory }
  }
  return (task) => ({
    ...task,
    inputs: task.inputs.map((edge) => ({
      ...edge,
      channels: edge.channels.map((channel, index) =>
        changed(channel, `${edge.edgeId} ${edge.peers[index] ?? 0} ${task.subtaskIndex}`),
      ),
    })),
    outputs: task.outputs.map((edge) => ({
      ...edge,
      channels: edge.channels.map((channel, index) =>
        changed(channel, `${edge.edgeId} ${task.subtaskIndex} ${edge.peers[index] ?? 0}`),
      ),
    })),
  })
}
