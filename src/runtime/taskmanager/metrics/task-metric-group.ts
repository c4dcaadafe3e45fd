// Duty: all metrics of one task by Flink's names: its times, its input and output, and what its operators registered.
// `waitingBytes` is of this engine alone: Flink stops a function in the middle of a call.
// Invariants: `values` is plain data (numbers and text). Rates are over the last minute and need `sample` every few
// seconds. In a pool of buffers, a channel's memory counts for its writer's output and for its reader's input.
// Thread: the task's worker.
import type { MetricGroup } from '../../../core/metrics/metric-group.js'
import type { CheckpointAlignment } from './checkpoint-alignment.js'
import { RateWindow, type Totals } from './rate-window.js'
import type { BufferUse, TaskIo, TaskIoCounts } from './task-io.js'
import { TaskTimes } from './task-times.js'
import { watermarkText } from '../../protocol/watermark-text.js'

export type MetricValue = number | string
type MetricValues = Record<string, MetricValue>

const NANOS_PER_MS = 1_000_000

type Total = 'busy' | 'idle' | 'backPressured' | 'recordsIn' | 'recordsOut' | 'bytesIn' | 'bytesOut' | 'buffersOut'

export class TaskMetricGroup {
  readonly times: TaskTimes = new TaskTimes()
  /** What operators and user functions registered. */
  readonly operators: MetricGroup
  readonly #io: TaskIo
  readonly #alignment: CheckpointAlignment
  #rates: RateWindow<Total>

  constructor(operators: MetricGroup, io: TaskIo, alignment: CheckpointAlignment, nowMs: number) {
    this.operators = operators
    this.#io = io
    this.#alignment = alignment
    this.#rates = new RateWindow(nowMs, this.#totals(io()))
  }

  /** The task runs from now on: what was before does not dilute its rates. */
  markTaskStart(nowMs: number): void {
    this.times.start(nowMs)
    this.#rates = new RateWindow(nowMs, this.#totals(this.#io()))
  }

  /** Due every METER_UPDATE_INTERVAL_MS. */
  sample(nowMs: number): void {
    this.times.advance(nowMs)
    this.#rates.sample(nowMs, this.#totals(this.#io()))
    this.operators.updateMeters()
  }

  values(nowMs: number, onFailure: (name: string, error: unknown) => void): MetricValues {
    this.times.advance(nowMs)
    const io = this.#io()
    return {
      ...this.#ofTime(nowMs),
      ...this.#ofTraffic(nowMs, io),
      ...bufferUse('Shuffle.Netty.Input.Buffers', 'input', 'in', io.input),
      ...bufferUse('Shuffle.Netty.Output.Buffers', 'output', 'out', io.output),
      ...(io.waitingBytes === undefined ? {} : { waitingBytes: io.waitingBytes }),
      ...(io.currentInputWatermark === undefined
        ? {}
        : { currentInputWatermark: watermarkText(io.currentInputWatermark) }),
      checkpointAlignmentTime: Math.round(this.#alignment.alignmentMs * NANOS_PER_MS),
      checkpointStartDelayNanos: Math.round(this.#alignment.startDelayMs * NANOS_PER_MS),
      ...io.operators,
      ...asMetricValues(this.operators.values(onFailure)),
    }
  }

  #ofTime(nowMs: number): MetricValues {
    const { times } = this
    const totals = { busy: times.busyMs, idle: times.idleMs, backPressured: times.backPressuredMs }
    const share = (name: keyof typeof totals): number => Math.round(this.#rates.perSecond(name, nowMs, totals[name]))
    const backPressured = share('backPressured')
    return {
      busyTimeMsPerSecond: share('busy'),
      idleTimeMsPerSecond: share('idle'),
      backPressuredTimeMsPerSecond: backPressured,
      softBackPressuredTimeMsPerSecond: backPressured,
      hardBackPressuredTimeMsPerSecond: 0,
      isBackPressured: String(times.activity === 'backPressured'),
      accumulateBusyTimeMs: Math.round(totals.busy),
      accumulateIdleTimeMs: Math.round(totals.idle),
      accumulateBackPressuredTimeMs: Math.round(totals.backPressured),
    }
  }

  #ofTraffic(nowMs: number, io: TaskIoCounts): MetricValues {
    const { numRecordsIn, numRecordsOut, trafficIn, trafficOut } = io
    const values: MetricValues = {}
    const add = (name: string, total: Total, count: number | undefined): void => {
      if (count === undefined) return
      values[name] = count
      values[`${name}PerSecond`] = this.#rates.perSecond(total, nowMs, count)
    }
    add('numRecordsIn', 'recordsIn', numRecordsIn)
    add('numRecordsOut', 'recordsOut', numRecordsOut)
    add('numBytesIn', 'bytesIn', trafficIn?.numBytes)
    add('numBytesOut', 'bytesOut', trafficOut?.numBytes)
    add('numBuffersOut', 'buffersOut', trafficOut?.numBuffers)
    return values
  }

  #totals(io: TaskIoCounts): Totals<Total> {
    return {
      busy: this.times.busyMs,
      idle: this.times.idleMs,
      backPressured: this.times.backPressuredMs,
      recordsIn: io.numRecordsIn,
      recordsOut: io.numRecordsOut,
      bytesIn: io.trafficIn?.numBytes ?? 0,
      bytesOut: io.trafficOut?.numBytes ?? 0,
      buffersOut: io.trafficOut?.numBuffers ?? 0,
    }
  }
}

function bufferUse(group: string, queue: string, pool: string, use: BufferUse | undefined): MetricValues {
  if (use === undefined) return {}
  const values: MetricValues = { [`${group}.${queue}QueueLength`]: use.queueLength }
  if (use.poolUsage !== undefined) values[`${group}.${pool}PoolUsage`] = use.poolUsage
  return values
}

/** A gauge may give anything; what travels is a number or the text of it. */
function asMetricValues(values: Readonly<Record<string, unknown>>): MetricValues {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === 'number' ? value : textOf(value)]),
  )
}

function textOf(value: unknown): string {
  try {
    return String(value)
  } catch {
    // An object without a text of its own.
    return Object.prototype.toString.call(value)
  }
}
