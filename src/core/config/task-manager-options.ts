import { intOption, memoryOption, type ConfigOption } from './config-option.js'

/** Options of Flink's TaskManagerOptions. */
export const TaskManagerOptions: {
  readonly NUM_TASK_SLOTS: ConfigOption<number | undefined>
  readonly TASK_HEAP_MEMORY: ConfigOption<number | undefined>
  readonly MANAGED_MEMORY_SIZE: ConfigOption<number | undefined>
  readonly NETWORK_MEMORY_MAX: ConfigOption<number>
  readonly MEMORY_SEGMENT_SIZE: ConfigOption<number>
  readonly FEEDBACK_MEMORY: ConfigOption<number>
} = {
  NUM_TASK_SLOTS: intOption('taskmanager.numberOfTaskSlots', undefined, {
    minimum: 1,
    description:
      'Slots of one worker thread; a run starts as many workers as its slots need. Unset: a slot a worker, or several where that would be more than two workers a core (four at least). For a session cluster: the slots that its jobs have together; unset: 16 a core, 32 at least.',
  }),
  TASK_HEAP_MEMORY: memoryOption('taskmanager.memory.task.heap.size', undefined, {
    description: 'Heap of one worker; unset: the default of Node.',
  }),
  MANAGED_MEMORY_SIZE: memoryOption('taskmanager.memory.managed.size', undefined, {
    minimum: 1_048_576,
    description:
      "Memory of one worker for state on the disk (state.backend.type: rocksdb), which the operators of its slots share: half of it for the driver, outside of the heap, and half for objects on the heap, of which these take no more than a quarter; what they leave is the driver's. Unset: 512 MB, or a 16th of the machine's or container's memory where that is less.",
  }),
  NETWORK_MEMORY_MAX: memoryOption('taskmanager.memory.network.max', 67_108_864, {
    description: 'Memory of all channels between workers together.',
  }),
  MEMORY_SEGMENT_SIZE: memoryOption('taskmanager.memory.segment-size', 32_768, {
    minimum: 4096,
    description: 'Size of one buffer of a channel, less where many channels share the memory.',
  }),
  FEEDBACK_MEMORY: memoryOption('taskmanager.memory.feedback.size', 67_108_864, {
    description:
      'Memory of one worker for records that come back in iterations faster than they are taken; more of them wait in a temporary file.',
  }),
}
