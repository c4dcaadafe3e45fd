// Duty: how the stacks of tasks travel: what a worker is asked to sample, and what it has seen.
// Invariants: plain data; a tree is as deep as was asked for at most.
// Thread: both.

/** Has a worker sample the stacks of its thread for a while. Answered with `stacks-sampled`. */
export interface SampleStacks {
  readonly type: 'sample-stacks'
  /** Counts samplings, so that a late answer is recognised. */
  readonly samplingId: number
  /** Of tasks of this worker. */
  readonly executionIds: readonly string[]
  readonly samples: number
  readonly intervalMs: number
  readonly depth: number
}

/** A function with how often it was seen, and those that it had called. */
export interface StackNode {
  readonly name: string
  readonly value: number
  readonly children: readonly StackNode[]
}

/** What one task was seen at. */
export interface TaskStacks {
  readonly executionId: string
  /** Beginning with those that the task calls: functions that ran. */
  readonly onCpu: readonly StackNode[]
  /** What it waited for. */
  readonly offCpu: readonly StackNode[]
}

export interface StacksSampled {
  readonly type: 'stacks-sampled'
  readonly samplingId: number
  readonly tasks: readonly TaskStacks[]
}
