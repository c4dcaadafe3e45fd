/** A sink that commits in two phases into lists of the test, and harnesses of its operators. */
import type { OperatorSpec } from '../../../../../src/api/dag/operator-spec.js'
import {
  CommittableSummary,
  CommittableWithLineage,
  type CommitRequest,
  type Committer,
  type CommittingSinkWriter,
  type InitContext,
  type Sink,
  type SupportsCommitter,
} from '../../../../../src/index.js'
import { Configuration } from '../../../../../src/core/config/configuration.js'
import type { Logger } from '../../../../../src/core/logging/logger.js'
import { SILENT_LOGGER } from '../../../../../src/core/logging/silent-logger.js'
import { OneInputStreamOperatorTestHarness } from '../../../../operators/one-input-stream-operator-test-harness.js'
import { bindingOf } from '../../../../operators/operator-harness.js'
import { TestOperatorContext } from '../../../../operators/test-operator-context.js'

export type Answer = (request: CommitRequest<string>) => void

/** What was written, prepared and committed; `answers` says what the committer does with a committable. */
export class OuterSystem implements Sink<string>, SupportsCommitter<string, string> {
  readonly calls: string[] = []
  readonly committed: string[] = []
  readonly commits: string[][] = []
  readonly answers = new Map<string, Answer>()
  closed = 0
  restoredFrom: number | null | undefined
  beforeCommit: () => void | Promise<void> = () => undefined

  createWriter(context: InitContext): CommittingSinkWriter<string, string> {
    this.restoredFrom = context.getRestoredCheckpointId()
    let written: string[] = []
    return {
      write: (element) => void written.push(element),
      flush: (endOfInput) => void this.calls.push(`flush ${String(endOfInput)}`),
      prepareCommit: () => {
        const prepared = written
        written = []
        return prepared
      },
      close: () => void (this.closed += 1),
    }
  }

  createCommitter(): Committer<string> {
    return {
      commit: async (requests) => {
        await this.beforeCommit()
        this.commits.push(requests.map((request) => request.getCommittable()))
        for (const request of requests) {
          const answer = this.answers.get(request.getCommittable())
          if (answer === undefined) this.committed.push(request.getCommittable())
          else answer(request)
        }
      },
      close: () => void (this.closed += 1),
    }
  }
}

export interface HarnessOptions {
  readonly subtaskIndex?: number
  readonly parallelism?: number
  /** Absent: no checkpoints. */
  readonly checkpointing?: boolean
  readonly logger?: Logger
}

export function harnessOf(spec: OperatorSpec, options: HarnessOptions = {}): OneInputStreamOperatorTestHarness {
  const { subtaskIndex = 0, parallelism = 1, checkpointing = true, logger = SILENT_LOGGER } = options
  const context = new TestOperatorContext({ taskInfo: { subtaskIndex, parallelism }, logger })
  if (checkpointing) context.configuration.addAll(Configuration.fromMap({ 'execution.checkpointing.interval': '1 s' }))
  return new OneInputStreamOperatorTestHarness(bindingOf(spec), context)
}

export interface SummaryOptions {
  readonly subtask?: number
  readonly of?: number
  readonly endOfInput?: boolean
}

/** A summary and the committables that it announces. */
export function messages(
  checkpointId: number,
  committables: readonly string[],
  { subtask = 0, of = 1, endOfInput = false }: SummaryOptions = {},
): (CommittableSummary | CommittableWithLineage<string>)[] {
  const summary = new CommittableSummary({
    ...{ subtaskId: subtask, numberOfSubtasks: of, checkpointId, endOfInput },
    numberOfCommittables: committables.length,
    numberOfFailedCommittables: 0,
  })
  return [summary, ...committables.map((each) => new CommittableWithLineage(each, checkpointId, subtask))]
}

/** What a harness has emitted, a line a message: `5: a` or `5: 2 of subtask 0/1`. */
export function described(harness: OneInputStreamOperatorTestHarness): string[] {
  const elements = harness.context.output.take()
  return elements.flatMap((element) => {
    if (element.kind !== 'record') return []
    return [describeMessage(element.value)]
  })
}

export function describeMessage(message: unknown): string {
  if (message instanceof CommittableWithLineage)
    return `${message.getCheckpointId()}: ${String(message.getCommittable())}`
  if (!(message instanceof CommittableSummary)) return String(message)
  const [subtask, failed] = [message.getSubtaskId(), message.getNumberOfFailedCommittables()]
  const of = `${message.getNumberOfCommittables()} of subtask ${subtask}/${message.getNumberOfSubtasks()}`
  const facts = [`${message.getCheckpointId()}: ${of}`]
  if (failed > 0) facts.push(`${failed} failed`)
  if (message.isEndOfInput()) facts.push('the last')
  return facts.join(', ')
}
