/**
 * Wire types of `GET /jobs/:jobid/watermarks`, which is this engine's own. Times are epoch ms. A watermark is text as in
 * metrics: ms, the smallest long before the first, the greatest at the end of the data.
 */
export interface JobWatermarksInfo {
  readonly jid: string
  readonly name: string
  readonly state: string
  readonly now: number
  /** In topological order, sources first; none before the job's first attempt. */
  readonly vertices: readonly VertexWatermarksInfo[]
}

export interface VertexWatermarksInfo {
  readonly id: string
  readonly name: string
  readonly parallelism: number
  /** Operators that have dropped late records since the last start or restart. */
  readonly 'late-records-dropped': readonly DroppedRecordsInfo[]
  readonly inputs: readonly InputWatermarkInfo[]
  /** Of a source: its operators that make watermarks, the slowest subtask of each that is not idle. */
  readonly makers: readonly WatermarkMakerInfo[]
}

export interface DroppedRecordsInfo {
  readonly operator: string
  readonly count: number
}

/** The slowest subtasks of one input. */
export interface InputWatermarkInfo {
  readonly watermark: string
  readonly since: number
  readonly idle: boolean
  readonly subtasks: number
  readonly 'held-back-by': readonly WatermarkHolderInfo[]
}

/** Whose watermark an input waits for. */
export interface WatermarkHolderInfo {
  readonly vertex: string
  readonly 'vertex-name': string
  readonly subtask: number
  readonly parallelism: number
  readonly operator: string
  /** `none`: there is no way in which one could come. `function`: a source function may emit one, or not. */
  readonly strategy: 'none' | 'function' | 'strategy'
  /** Absent where it is not known. */
  readonly 'has-record'?: boolean
  readonly idle: boolean
  /** Of a source with splits: whether it may still get some. */
  readonly 'may-get-splits'?: boolean
  /** Its alignment group, where it waits for the others of it. */
  readonly 'waits-for-group'?: string
  readonly watermark: string
  readonly since: number
  /** Those of its splits that hold it back, a few at most. */
  readonly splits: readonly SplitWatermarkInfo[]
  readonly 'split-count': number
}

export interface WatermarkMakerInfo extends WatermarkHolderInfo {
  /** How many of its subtasks are idle. */
  readonly 'idle-subtasks': number
}

export interface SplitWatermarkInfo {
  readonly id: string
  readonly watermark: string
  readonly since: number
}
