// Duty: what became of committables, by Flink's names of metrics.
// Thread: the task worker that owns the operator.
import type { Counter } from '../../../core/metrics/counter.js'
import type { MetricGroup } from '../../../core/metrics/metric-group.js'
import type { CommitState } from './commit-call.js'

export class CommitMetrics {
  readonly #counters: Readonly<Record<Exclude<CommitState, 'received'>, Counter>>

  constructor(metrics: MetricGroup, numPending: () => number) {
    metrics.gauge('pendingCommittables', numPending)
    this.#counters = {
      committed: metrics.counter('successfulCommittables'),
      'already-committed': metrics.counter('alreadyCommittedCommittables'),
      failed: metrics.counter('failedCommittables'),
      retry: metrics.counter('retriedCommittables'),
    }
  }

  answered(state: CommitState): void {
    if (state !== 'received') this.#counters[state].inc()
  }
}
