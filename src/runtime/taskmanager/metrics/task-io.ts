// Duty: what a task's metrics ask of its channels and operators: the one seam through which counts come.
// Invariants: asked when metrics are collected, never for a record; what nobody counts is undefined and not shown.
// Thread: the task's worker.

/** Buffers of the channels on one side of a task. */
export interface BufferUse {
  /** Buffers with data that nobody has read. */
  readonly queueLength: number
  /** Part of the buffers that is in use, 0 to 1; undefined where no channel has a fixed number of them. */
  readonly poolUsage: number | undefined
}

/** Bytes and buffers that went through an end of a channel; channels that hand references over count none. */
export interface ChannelTraffic {
  readonly numBytes: number
  readonly numBuffers: number
}

export interface TaskIoCounts {
  readonly numRecordsIn: number
  readonly numRecordsOut: number
  readonly trafficIn: ChannelTraffic | undefined
  readonly trafficOut: ChannelTraffic | undefined
  /** Undefined for a source. */
  readonly input: BufferUse | undefined
  /** Undefined for a task whose records go nowhere. */
  readonly output: BufferUse | undefined
  /** Bytes that wait for room downstream, in memory or in a temporary file; undefined where nothing can. */
  readonly waitingBytes: number | undefined
  /** Undefined for a source. */
  readonly currentInputWatermark: number | undefined
  /** Of single operators, by `<operator>.<metric>`. */
  readonly operators: Readonly<Record<string, number | string>>
}

/** Reads the counts of now. */
export type TaskIo = () => TaskIoCounts
