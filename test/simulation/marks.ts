/**
 * What must have happened at least once in a long run: branches that are easily missed. A mark is a line here; it is told from
 * messages and from what is logged.
 */
import { FAULT_POINTS, MOMENTS } from './fault-points.js'
import type { JobKind } from './scenario.js'

interface Mark {
  readonly name: string
  readonly seen: RegExp
  /** In such jobs alone. */
  readonly kind?: JobKind
  /** Counts only after a line of the first kind and before one of the second. */
  readonly between?: readonly [RegExp, RegExp]
}

const RESTART = [/: job .* is RESTARTING$/, /: job .* is (?:RUNNING|CANCELLING)$/] as const
const RUN = /^\s*[\d.]+ run \d+ from/
const RESTARTED = [/: job .* is RESTARTING$/, RUN] as const
const PARTLY = [/told: .* \d+ of \d+ tasks restart in/, /told: .* It restarts in|^\s*[\d.]+ run \d+ from/] as const
const SAVEPOINT_PENDING = [
  /asked for a savepoint beside the run/,
  /the savepoint beside the run is|no savepoint beside the run|^\s*[\d.]+ run \d+ from/,
] as const
const ONE_SAVEPOINT_TAKEN = [/the savepoint beside the run is/, /asked for a savepoint beside the run/] as const
const CHECKPOINT_REMOVED = /run \d+: disk: delete .*\/chk-\d+(?:\/_metadata)?$/

const NEVER = /(?!)/
const IN_FLIGHT = /restored \d+ with records in flight/
const IN_EVENT_TIME = [/ scenario .*"time":\{/, NEVER] as const
const AFTER_IN_FLIGHT = [IN_FLIGHT, RUN] as const
const ALIGNED_RUN = [/ run \d+ from .*"execution\.checkpointing\.unaligned\.enabled":"false"/, RUN] as const

const STRIKES = FAULT_POINTS.flatMap((at) =>
  MOMENTS.map((when) => ({
    name: `a process is killed ${when} a ${at}`,
    kind: 'struck' as const,
    seen: new RegExp(`FAULT .*, ${when} a ${at}$`),
  })),
)

export const MARKS = [
  { name: 'a task declines a checkpoint', seen: /decline-checkpoint/ },
  { name: 'an acknowledgement is late', seen: /ignored a late acknowledgement/ },
  {
    name: 'metadata are renamed into place during a restart',
    seen: /disk: rename .*_metadata\.part/,
    between: RESTART,
  },
  { name: 'a checkpoint goes while a savepoint is pending', seen: CHECKPOINT_REMOVED, between: SAVEPOINT_PENDING },
  { name: 'a cancellation during a restart', seen: /asked for a cancellation while RESTARTING/ },
  { name: 'a stop during a restart', seen: /asked for a stop while RESTARTING/ },
  { name: 'a savepoint is asked for during a restart', seen: /asked for a savepoint to .* while RESTARTING/ },
  { name: 'two savepoints at once, both taken', seen: /the savepoint beside the run is/, between: ONE_SAVEPOINT_TAKEN },
  { name: 'a checkpoint expires', seen: /expired before completing/ },
  { name: 'a task upstream declines a checkpoint', seen: /an upstream task declined it/ },
  { name: 'a newer checkpoint completes first', seen: /completed before it/ },
  { name: 'a task ends before it has acknowledged', seen: /ended before it acknowledged/ },
  { name: 'a task takes its files back', seen: /worker \d+\.\d+: disk: delete .*\/chk-\d+\// },
  { name: 'a checkpoint cannot begin', seen: /could not begin/ },
  { name: 'too many checkpoints fail', seen: /Exceeded checkpoint tolerable failure threshold/ },
  { name: 'a checkpoint cannot be removed and is tried again', seen: /which is tried again/ },
  { name: 'a drain fails when its operators have finished', seen: /of a draining stop failed after/ },
  { name: 'a job fails after its savepoint', seen: /no savepoint: A savepoint has been created at/ },
  { name: 'a restore with a finished vertex', seen: /deploy-tasks.* restored \d.* finished/ },
  { name: 'an older checkpoint is restored, and that is told', seen: /goes back to the older checkpoint/ },
  { name: 'a checkpoint is damaged while its job restarts', seen: /while the job restarts$/ },
  { name: 'a start is refused for its damaged checkpoints', seen: /refused: / },
  { name: 'a start fails and is tried again', seen: /it did not start/ },
  { name: 'a program needs a new thread', seen: /program-needs-thread/ },
  { name: 'a program does not load in a new thread', seen: /program-failed/ },
  { name: 'a function fails while its task starts', seen: /is FAILED: .*failure of (?:open|initializeState)/ },
  { name: 'a function fails when a checkpoint is complete', seen: /is FAILED: .*failure of notifyCheckpointComplete/ },
  { name: 'a function fails at the end of its input', seen: /is FAILED: .*failure of (?:finish|close)/ },
  { name: 'a hook takes long and fails then', seen: /is FAILED: .*simulated late failure/ },
  { name: 'a worker that does not end in time is ended', seen: /did not end within \d+ ms after its cancellation/ },
  { name: 'a sink rejects', seen: /is FAILED: .*simulated rejection/ },
  { name: 'a worker dies while the job restarts', seen: /worker .* dies/, between: RESTART },
  { name: 'a kill right after a rename', seen: /killed.*after a rename/ },
  { name: 'a kill right after a directory sync', seen: /killed.*after a sync directory/ },
  { name: 'records share a timer', kind: 'timed', seen: /-held: records shared a timer$/ },
  { name: 'a timer is deleted', kind: 'timed', seen: /-held: a timer is deleted$/ },
  { name: 'a timer fires before it is deleted', kind: 'timed', seen: /-held: a timer fired before it was deleted$/ },
  { name: 'a timer is set that is due already', kind: 'timed', seen: /-held: a timer is set that is due already$/ },
  { name: 'records wait for the last broadcast rule', kind: 'timed', seen: /-held: records waited for the last rule$/ },
  { name: 'a window has several records', kind: 'timed', seen: /-windowed: a window has several records$/ },
  { name: 'a session has grown', kind: 'timed', seen: /-windowed: a session has grown$/ },
  { name: 'a reader has several splits', kind: 'timed', seen: /: a reader has [2-9] splits$/ },
  { name: 'a split is found after a restart', kind: 'timed', seen: /: split \d+ goes to reader/, between: RESTARTED },
  { name: 'a barrier overtakes nothing', kind: 'unaligned', seen: /acknowledge-checkpoint .* with 0 bytes in flight/ },
  {
    name: 'a barrier overtakes records',
    kind: 'unaligned',
    seen: /acknowledge-checkpoint .* with [1-9]\d* bytes in flight/,
  },
  { name: 'records in flight are restored', kind: 'unaligned', seen: IN_FLIGHT },
  { name: 'records in flight are restored in event time', kind: 'unaligned', seen: IN_FLIGHT, between: IN_EVENT_TIME },
  {
    name: 'a record waits for a timer, and others were in flight',
    kind: 'unaligned',
    seen: /-held: (?:records shared a timer|a timer is )/,
    between: AFTER_IN_FLIGHT,
  },
  {
    name: 'a window fires, and records were in flight',
    kind: 'unaligned',
    seen: /-windowed: /,
    between: AFTER_IN_FLIGHT,
  },
  {
    name: 'records in flight go on with aligned checkpoints',
    kind: 'unaligned',
    seen: IN_FLIGHT,
    between: ALIGNED_RUN,
  },
  {
    name: 'aligned checkpoints after a savepoint of a run with unaligned ones',
    kind: 'unaligned',
    seen: / run \d+ from file:\/savepoints.*"execution\.checkpointing\.unaligned\.enabled":"false"/,
  },
  {
    name: 'unaligned checkpoints after a checkpoint of a run with aligned ones',
    kind: 'unaligned',
    seen: / run \d+ from file:\/checkpoints.*"execution\.checkpointing\.unaligned\.enabled":"true"/,
  },
  {
    name: 'unaligned checkpoints after a savepoint of a run with aligned ones',
    kind: 'unaligned',
    seen: / run \d+ from file:\/savepoints.*"execution\.checkpointing\.unaligned\.enabled":"true"/,
  },
  { name: 'a region restarts, and another runs on', kind: 'apart', seen: /told: .* \d+ of \d+ tasks restart in/ },
  {
    name: 'a region restarts alone from a checkpoint',
    kind: 'apart',
    seen: /deploy-tasks, restored \d+/,
    between: PARTLY,
  },
  {
    name: 'a task finishes while the region of another restarts',
    kind: 'apart',
    seen: /-> master: \w+ is FINISHED/,
    between: [/told: .* \d+ of \d+ tasks restart in/, /: job .* is [A-Z]+$|^\s*[\d.]+ run \d+ from/],
  },
  {
    name: 'a reader begins anew alone, and its enumerator lives on',
    kind: 'apart',
    seen: /reset-subtask \d+ to \d+$/,
  },
  {
    name: 'a split comes back to an enumerator that lives on',
    kind: 'apart',
    seen: /: split \d+ comes back from reader/,
  },
  { name: 'a committable is to be retried', kind: 'committing', seen: /: to be retried: / },
  { name: 'a committable was committed before', kind: 'committing', seen: /: committed again: / },
  { name: 'a worker dies before a commit', kind: 'committing', seen: /FAULT worker-dies: .*, commit: before of/ },
  { name: 'a worker dies after a commit', kind: 'committing', seen: /FAULT worker-dies: .*, commit: after of/ },
  { name: 'a record in flight is answered after a restart', kind: 'asking', seen: /: a record that was in flight has/ },
  ...STRIKES,
] as const satisfies readonly Mark[]

export type MarkName = (typeof MARKS)[number]['name']

/** Their runs end in a few ways only, none with two savepoints at once: branches of other ends cannot be reached. */
const WITH_RUNS_OF_THEIR_OWN: ReadonlySet<JobKind> = new Set(['unaligned', 'struck'])

export function marksOf(kind: JobKind): MarkName[] {
  const isOf = (mark: Mark): boolean => (mark.kind ?? kind) === kind
  const isMeant = (mark: Mark): boolean => mark.kind === kind || !WITH_RUNS_OF_THEIR_OWN.has(kind)
  return MARKS.filter((mark) => isOf(mark) && isMeant(mark)).map(({ name }) => name)
}

export class MarkWatch {
  readonly #counts = new Map<MarkName, number>()

  /** The events of one seed. */
  look(log: readonly string[]): void {
    for (const mark of MARKS) this.#lookFor(mark, log)
  }

  count(name: MarkName): number {
    return this.#counts.get(name) ?? 0
  }

  /** Of jobs of this kind. */
  missed(kind: JobKind): MarkName[] {
    return marksOf(kind).filter((name) => this.count(name) === 0)
  }

  #lookFor(mark: (typeof MARKS)[number], log: readonly string[]): void {
    const [begin, end] = 'between' in mark ? mark.between : []
    let isOpen = begin === undefined
    for (const line of log) {
      if (isOpen && mark.seen.test(line)) this.#counts.set(mark.name, this.count(mark.name) + 1)
      if (begin?.test(line) === true) isOpen = true
      else if (end?.test(line) === true) isOpen = false
    }
  }
}
