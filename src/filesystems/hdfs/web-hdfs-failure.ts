// Duty: what went wrong with a request, by what is to be done about it.
// Invariants: never leaves this folder: whoever knows the path makes an error of the table of it.
import { FlinkError } from '../../core/errors/flink-error.js'
import { ReasonError } from '../../core/errors/reason-error.js'

/**
 * `unreachable`: nobody answered. `busy`: the same request may succeed later. `standby`: another NameNode is the one to ask.
 * `leased`: somebody else is writing to the file, or was when his machine died. `broken`: what was answered makes no sense.
 */
export type FailureKind =
  'missing' | 'refused' | 'exists' | 'not empty' | 'full' | 'leased' | 'standby' | 'busy' | 'unreachable' | 'broken'

const PASSING: ReadonlySet<FailureKind> = new Set(['standby', 'busy', 'unreachable', 'broken'])

/** Where a DataNode is new, or has just come back, the NameNode takes it for full for a moment. */
const WORTH_ANOTHER_LOOK: ReadonlySet<FailureKind> = new Set(['full'])

export class WebHdfsFailure extends ReasonError {
  readonly kind: FailureKind
  /** It has been tried again as often as it may: whoever tries a larger piece of work does not begin anew. */
  isLast = false

  constructor(kind: FailureKind, reason: string, options?: { readonly cause?: unknown }) {
    super(reason, options)
    this.kind = kind
  }

  /** True where the same request may succeed in a moment. */
  get isPassing(): boolean {
    return PASSING.has(this.kind) || WORTH_ANOTHER_LOOK.has(this.kind)
  }

  static is(error: unknown, ...kinds: readonly FailureKind[]): error is WebHdfsFailure {
    return error instanceof WebHdfsFailure && (kinds.length === 0 || kinds.includes(error.kind))
  }
}

/** What the user is told of it. `path` is the whole URI; `place` says which address was asked, and how that was found. */
export function tableErrorOf(failure: WebHdfsFailure, operation: string, path: string, place: string): FlinkError {
  const reason = `${failure.message} (${place})`
  const options = { cause: failure }
  switch (failure.kind) {
    case 'missing':
      return new FlinkError('FILE_NOT_FOUND', { path }, options)
    case 'full':
      return new FlinkError('DISK_FULL', { path: `${path} (${failure.message})` }, options)
    case 'refused':
    case 'exists':
    case 'not empty':
      return new FlinkError('FILE_ACCESS_REFUSED', { path, operation, reason }, options)
    case 'leased':
    case 'standby':
    case 'busy':
    case 'unreachable':
    case 'broken':
      return new FlinkError('FILE_IO_FAILED', { path, operation, reason }, options)
  }
}
