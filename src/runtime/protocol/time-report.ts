// Duty: how far event time has come in one task, and what it waits for.
// Invariants: plain data. A watermark is a number of ms, -Infinity before the first and Infinity at the end of the data. Of
// channels and splits only a few of those that hold time back are named.
// Thread: made by task workers, read on the main thread.

export interface TaskTimeReport {
  readonly executionId: string
  /** In the order of the inputs' numbers; none of a source. */
  readonly inputs: readonly InputTime[]
  /** Operators of the chain that make watermarks, head first. */
  readonly makers: readonly WatermarkMakerTime[]
  /** Of its operators that have dropped any. */
  readonly lateRecords: readonly LateRecords[]
}

/** Records that an operator dropped since its task began, because time had passed them. */
export interface LateRecords {
  readonly operatorId: string
  readonly numDropped: number
}

export interface InputTime {
  readonly watermark: number
  /** All its channels are. */
  readonly isIdle: boolean
  /** Time waits for these: the channels with the smallest watermark of those that are not idle. */
  readonly holders: readonly ChannelTime[]
}

export interface ChannelTime {
  readonly edgeId: string
  /** Subtask that writes it. */
  readonly producer: number
}

/** A source, or an operator that assigns timestamps and watermarks. */
export interface WatermarkMakerTime {
  readonly operatorId: string
  /** The last one that it emitted. */
  readonly watermark: number
  readonly isIdle: boolean
  /** `none`: its program gave it no way to make any. `function`: only the user's code knows. */
  readonly strategy: 'none' | 'function' | 'strategy'
  /** Whether a record has come since the task began; undefined where nobody looks. */
  readonly hasRecord: boolean | undefined
  /** Of a source with splits: those with the smallest watermark that are not idle. */
  readonly splits: readonly SplitTime[]
  readonly numSplits: number
  /** Of a source with splits: whether its enumerator may still assign some. */
  readonly mayGetSplits: boolean | undefined
  /** The alignment group whose other sources it waits for. */
  readonly waitsForGroup: string | undefined
}

export interface SplitTime {
  readonly splitId: string
  readonly watermark: number
}
