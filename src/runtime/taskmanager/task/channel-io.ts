// Duty: answers what a task's metrics ask of its channels and operators, out of what these know anyway.
// Invariants: looks only. Records of an output with several readers count once, those of a side output besides.
// Thread: the task's worker.
import { filterCharacters } from '../../../core/metrics/character-filter.js'
import { queuedSlots } from '../../protocol/ring-load.js'
import type { ChannelDescriptor, EdgeDescriptor } from '../../protocol/task-deployment.js'
import type { BufferUse, ChannelTraffic, TaskIo } from '../metrics/task-io.js'
import { watermarkText } from '../../protocol/watermark-text.js'
import type { ChannelWriter } from '../network/channel.js'
import type { RecordWriter } from '../network/record-writer.js'

/** The records of one output of an operator. */
export interface OutputIo {
  readonly operatorName: string
  readonly sideOutput: string | undefined
  readonly writer: RecordWriter
}

export interface InputIo {
  /** The operator that the records go to. */
  readonly operatorName: string
  /** In the order of the inputs' numbers. */
  readonly inputRecords: () => readonly number[]
  /** In the order of the inputs' numbers. */
  readonly inputWatermarks: () => readonly number[]
}

export interface ChannelIoInput {
  /** Undefined for a source. */
  readonly input: InputIo | undefined
  readonly outputs: readonly OutputIo[]
  readonly inputEdges: readonly EdgeDescriptor[]
  readonly outputEdges: readonly EdgeDescriptor[]
  /** Buffers that wait in a channel within this worker. */
  readonly queuedLocally: (channel: ChannelDescriptor) => number
  /** The ends of channels that this task holds. */
  readonly readers: readonly object[]
  readonly writers: readonly ChannelWriter[]
  /** Of channels in front of operators of its chain. */
  readonly waitingWriters: readonly ChannelWriter[]
}

export function channelIo(io: ChannelIoInput): TaskIo {
  const { input, inputEdges, outputEdges } = io
  const outputs = distinctOutputs(io.outputs)
  return () => {
    const numRecordsIn = sum(input?.inputRecords() ?? [])
    const currentInputWatermark = input === undefined ? undefined : Math.min(...input.inputWatermarks())
    return {
      numRecordsIn,
      numRecordsOut: sum(outputs.map(({ writer }) => writer.numRecordsOut)),
      trafficIn: trafficOf(io.readers),
      trafficOut: trafficOf(io.writers),
      input: input === undefined ? undefined : bufferUse(inputEdges, io.queuedLocally),
      output: outputEdges.length === 0 ? undefined : bufferUse(outputEdges, io.queuedLocally),
      waitingBytes: waitingBytes([...io.writers, ...io.waitingWriters]),
      currentInputWatermark,
      operators: { ...inputOperator(input), ...outputOperators(outputs) },
    }
  }
}

/** Several edges may carry the same records. */
function distinctOutputs(outputs: readonly OutputIo[]): readonly OutputIo[] {
  const distinct = new Map<string, OutputIo>()
  for (const output of outputs) {
    const key = JSON.stringify([output.operatorName, output.sideOutput])
    if (!distinct.has(key)) distinct.set(key, output)
  }
  return [...distinct.values()]
}

function inputOperator(input: InputIo | undefined): Record<string, number | string> {
  if (input === undefined) return {}
  const name = filterCharacters(input.operatorName)
  const [records, watermarks] = [input.inputRecords(), input.inputWatermarks()]
  const values: Record<string, number | string> = {
    [`${name}.numRecordsIn`]: sum(records),
    [`${name}.currentInputWatermark`]: watermarkText(Math.min(...watermarks)),
  }
  if (watermarks.length === 1) return values
  for (const [index, watermark] of watermarks.entries()) {
    const number = String(index + 1)
    values[`${name}.numRecordsIn${number}`] = records[index] ?? 0
    values[`${name}.currentInput${number}Watermark`] = watermarkText(watermark)
  }
  return values
}

function outputOperators(outputs: readonly OutputIo[]): Record<string, number | string> {
  const values: Record<string, number | string> = {}
  for (const { operatorName, sideOutput, writer } of outputs) {
    if (sideOutput !== undefined) continue
    const name = filterCharacters(operatorName)
    values[`${name}.numRecordsOut`] = writer.numRecordsOut
    values[`${name}.currentOutputWatermark`] = watermarkText(writer.currentOutputWatermark)
  }
  return values
}

function bufferUse(edges: readonly EdgeDescriptor[], queuedLocally: (channel: ChannelDescriptor) => number): BufferUse {
  const channels = edges.flatMap((edge) => edge.channels)
  let local = 0
  let used = 0
  let slots = 0
  for (const channel of channels) {
    if (channel.kind === 'local') {
      local += queuedLocally(channel)
    } else {
      used += queuedSlots(channel.memory)
      slots += channel.memory.slotCount
    }
  }
  return { queueLength: local + used, poolUsage: slots === 0 ? undefined : used / slots }
}

function trafficOf(ends: readonly object[]): ChannelTraffic | undefined {
  const counted = ends.filter(countsTraffic)
  if (counted.length === 0) return undefined
  return {
    numBytes: sum(counted.map((end) => end.numBytes)),
    numBuffers: sum(counted.map((end) => end.numBuffers)),
  }
}

function waitingBytes(writers: readonly ChannelWriter[]): number | undefined {
  return writers.length === 0 ? undefined : sum(writers.map((writer) => writer.waitingBytes))
}

function countsTraffic(end: object): end is ChannelTraffic {
  return 'numBytes' in end && 'numBuffers' in end
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
