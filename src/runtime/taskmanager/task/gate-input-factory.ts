// Duty: the receiving side of a task: the gate over all its channels, a handler for each input of its head, and the one
// barrier handler over all of them.
// Invariants: nothing runs here.
// Thread: the task's worker.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { Clock } from '../../../core/time/clock.js'
import type { ChannelTime, InputTime } from '../../protocol/time-report.js'
import { InputGate, type GateChannel } from '../network/input-gate.js'
import type { CheckpointBarrier } from '../network/stream-element.js'
import type { Input } from '../operators/stream-operator.js'
import { IterationMarkers } from '../iteration/iteration-markers.js'
import type { InputIo } from './channel-io.js'
import type { ChannelStateRecorder } from './channel-state-recorder.js'
import { CheckpointBarrierHandler, type BarrierActions } from './checkpoint-barrier-handler.js'
import { DrainLimit } from './drain-limit.js'
import { InputHandler } from './input-handler.js'
import type { PendingTime } from '../eventtime/pending-time.js'
import type { ReplayedRecords } from './replayed-records.js'
import { GateInput } from './gate-input.js'

export interface GateInputFactoryInput {
  readonly operatorName: string
  /** Of the head of the chain, by number. */
  readonly inputs: readonly Input[]
  readonly channels: readonly GateChannel[]
  /** Where these come from, one by one. */
  readonly origins: readonly ChannelTime[]
  /** What the task does when the barriers of all inputs are there, or will not come. */
  readonly checkpoints: Pick<BarrierActions, 'checkpoint' | 'abort' | 'abandon'>
  /** Absent where no barrier may overtake. */
  readonly recorder?: ChannelStateRecorder
  /** Of the restored checkpoint, before the channels; absent where there is none. */
  readonly replayed?: ReplayedRecords
  /** Of the task, in a loop. */
  readonly iteration: IterationForwarding
  /** False: a barrier blocks no channel (AT_LEAST_ONCE). */
  readonly isAligned: boolean
  readonly mayContinue: () => boolean
  readonly time: PendingTime
  readonly clock: Clock
}

/** What a task in a loop says of itself, and where its markers go. */
export interface IterationForwarding {
  readonly numRecordsOut: () => number
  readonly holdsRecords: () => boolean
  readonly forward: (quietRounds: number) => void
  /** Enough waits at the heads of loops. */
  readonly isLoopFull: () => boolean
}

export interface MadeGateInput {
  readonly input: GateInput
  readonly gate: InputGate
  readonly barriers: CheckpointBarrierHandler
  readonly io: InputIo
  readonly timeReport: () => InputTime[]
}

export function makeGateInput(made: GateInputFactoryInput): MadeGateInput {
  const {
    operatorName,
    inputs,
    channels,
    origins,
    checkpoints,
    iteration,
    isAligned,
    mayContinue,
    time,
    clock,
    recorder,
  } = made
  const { replayed } = made
  const stray = channels.find((channel) => inputs[channel.input] === undefined)
  if (stray !== undefined) {
    throw new FlinkError('ASSERTION_FAILED', { what: `${operatorName} has no input ${String(stray.input)}` })
  }
  const gate = new InputGate(channels, iteration.isLoopFull, recorder)
  const actions: BarrierActions = {
    ...checkpoints,
    ...(recorder === undefined ? {} : { recorded: recorder }),
    blockChannel: (index) => {
      gate.blockChannel(index)
    },
    unblockAll: () => {
      gate.unblockAll()
    },
  }
  const barriers = new CheckpointBarrierHandler(channels.length, isAligned, actions, clock)
  const markers = new IterationMarkers({
    channelCount: channels.length,
    activity: () => handlers.reduce((sum, handler) => sum + handler.numRecordsIn, iteration.numRecordsOut()),
    holdsRecords: iteration.holdsRecords,
    forward: iteration.forward,
  })
  const limit = recorder === undefined ? undefined : new DrainLimit(clock)
  const limited = limit === undefined ? mayContinue : (): boolean => mayContinue() && !limit.isOver()
  const handlers: readonly InputHandler[] = inputs.map(
    (input, number) => new InputHandler({ gate, number, input, barriers, markers, time, mayContinue: limited }),
  )
  const io: InputIo = {
    operatorName,
    inputRecords: () => handlers.map((handler) => handler.numRecordsIn),
    inputWatermarks: () => handlers.map((handler) => handler.currentInputWatermark),
  }
  const takeCheckpoint = (barrier: CheckpointBarrier): void => {
    checkpoints.checkpoint(barrier, 0, 'aligned')
  }
  const recording = { recorder, replayed, limit }
  const input = new GateInput({ gate, handlers, barriers, ...recording, time, takeCheckpoint, operatorName })
  const timeReport = (): InputTime[] => handlers.map((handler) => handler.timeReport(origins))
  return { input, gate, barriers, io, timeReport }
}
