import type { SimpleVersionedSerializer } from '../../connector/source/simple-versioned-serializer.js'
import type { Committer } from '../../connector/sink2/committer.js'
import type { CommitterInitContext } from '../../connector/sink2/init-context.js'
import type { AnyCommittingSink, AnySink } from '../../connector/sink2/sink-check.js'
import type { KeepsState } from './keeps-state.js'

/** The operators of a sink with writers. A sink is a factory that serves all subtasks, and no function of one. */
export type CommittingSinkSpec =
  | { readonly kind: 'sink-writer'; readonly sink: AnySink }
  | {
      readonly kind: 'committer'
      readonly sink: AnyCommittingSink
      /** What was committed goes on to a post-commit topology. */
      readonly emitsDownstream: boolean
    }
  | {
      readonly kind: 'global-committer'
      readonly createCommitter: (context: CommitterInitContext) => Committer<unknown> | Promise<Committer<unknown>>
      readonly serializer: SimpleVersionedSerializer<unknown> | undefined
      /** Committers are upstream, so what comes belongs to a completed checkpoint. */
      readonly commitsOnInput: boolean
    }

/** What a writer keeps its sink says: see `keepsState` of operator-spec.ts. */
export const committingSinkKeepsState: KeepsState<CommittingSinkSpec> = {
  'sink-writer': false,
  committer: true,
  'global-committer': true,
}
